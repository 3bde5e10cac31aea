//! What the windows may ask for: each command is one call on the client.
//!
//! Invariant: no answer carries a token, a client secret or a bot's key; what a person is to paste goes to the clipboard from
//! here and never through the web view. What this is not: a place where anything is decided, or where words are made.

use crate::backend::view::Snapshot;
use crate::backend::{
    AccountId, Answer, Code, Current, HistoryQuery, KeyView, LogLine, LogQuery, Moment, NewAccount, NewKey, Opener,
    Problem, Refused, Remedy, Secret, SignIn,
};
use crate::window::order::Order;
use crate::{acts, autostart, browser, clipboard, export, new_key, window};
use serde_json::Value;
use std::collections::BTreeMap;
use tauri::{AppHandle, Manager, State, WebviewWindow};
use url::Url;

/// With what code this process ends when somebody quits in its window.
pub(crate) struct Quitting(pub(crate) u8);

type Held<'a> = State<'a, Current>;

/// Every command, for the builder.
pub(crate) fn all() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        snapshot,
        sign_in,
        cancel,
        paste,
        refresh,
        probe,
        look_around,
        sign_out,
        pause,
        resume,
        copy_token,
        settings,
        change_settings,
        put_account,
        remove_account,
        unlock,
        keep_secret,
        add_practice,
        history,
        export_history,
        log,
        report,
        test_notification,
        keys,
        make_key,
        revoke_key,
        open_settings,
        open_history,
        open_link,
        hide_window,
        painted,
        quit,
        autostart,
        set_autostart,
    ]
}

#[tauri::command]
async fn snapshot(current: Held<'_>) -> Answer<Snapshot> {
    current.client()?.snapshot().await
}

#[tauri::command]
async fn sign_in(current: Held<'_>, account: AccountId) -> Answer<SignIn> {
    current.sign_in(&account).await
}

#[tauri::command]
async fn cancel(current: Held<'_>, account: AccountId) -> Answer<()> {
    current.client()?.cancel(&account).await
}

#[tauri::command]
async fn paste(current: Held<'_>, account: AccountId, address: Secret) -> Answer<()> {
    current.client()?.paste(&account, address).await
}

#[tauri::command]
async fn refresh(current: Held<'_>, account: AccountId) -> Answer<()> {
    current.refresh(&account).await
}

#[tauri::command]
async fn probe(current: Held<'_>, account: AccountId) -> Answer<()> {
    current.client()?.probe(&account).await
}

#[tauri::command]
async fn look_around(current: Held<'_>, account: AccountId) -> Answer<()> {
    current.client()?.look_around(&account).await
}

#[tauri::command]
async fn sign_out(current: Held<'_>, account: AccountId) -> Answer<()> {
    current.client()?.sign_out(&account).await
}

#[tauri::command]
async fn pause(current: Held<'_>, account: AccountId, until: Option<Moment>) -> Answer<()> {
    current.client()?.pause(&account, until).await
}

#[tauri::command]
async fn resume(current: Held<'_>, account: AccountId) -> Answer<()> {
    current.client()?.resume(&account).await
}

#[tauri::command]
async fn copy_token(app: AppHandle, account: AccountId) -> Answer<()> {
    acts::copy(&app, &account).await
}

#[tauri::command]
async fn settings(current: Held<'_>) -> Answer<Value> {
    current.client()?.settings().await
}

#[tauri::command]
async fn change_settings(current: Held<'_>, changes: BTreeMap<String, Value>) -> Answer<()> {
    current.client()?.change_settings(changes).await
}

#[tauri::command]
async fn put_account(current: Held<'_>, account: NewAccount) -> Answer<AccountId> {
    current.client()?.put_account(account).await
}

#[tauri::command]
async fn remove_account(current: Held<'_>, account: AccountId) -> Answer<()> {
    current.client()?.remove_account(&account).await
}

#[tauri::command]
async fn unlock(current: Held<'_>) -> Answer<()> {
    current.client()?.unlock().await
}

#[tauri::command]
async fn keep_secret(current: Held<'_>, account: AccountId) -> Answer<()> {
    current.client()?.keep_secret(&account).await
}

#[tauri::command]
async fn add_practice(current: Held<'_>) -> Answer<AccountId> {
    current.client()?.add_practice().await
}

/// What happened to an account since then: as many lines as a month of checks has.
#[tauri::command]
async fn history(current: Held<'_>, account: AccountId, since: Moment) -> Answer<Value> {
    const LINES: usize = 3_000;
    let wanted =
        HistoryQuery { account: Some(account), since: Some(since), limit: Some(LINES), ..HistoryQuery::default() };
    current.client()?.history(&wanted).await
}

/// All of it as a file among the downloads; the answer is its path.
#[tauri::command]
async fn export_history(
    app: AppHandle,
    current: Held<'_>,
    account: AccountId,
    since: Moment,
    format: export::Format,
) -> Answer<String> {
    let folder = app.path().download_dir().or_else(|_| app.path().home_dir());
    let folder = folder.map_err(|error| broken("There is no folder to save the file in.", &error))?;
    export::save(&*current.client()?, folder, (account, since), format).await
}

#[tauri::command]
async fn log(current: Held<'_>, wanted: LogQuery) -> Answer<Vec<LogLine>> {
    current.client()?.log(&wanted).await
}

/// A text for whoever helps, without a secret or a user's name.
#[tauri::command]
async fn report(current: Held<'_>) -> Answer<String> {
    current.client()?.report().await
}

#[tauri::command]
async fn test_notification(current: Held<'_>) -> Answer<()> {
    current.client()?.test_notification().await
}

#[tauri::command]
async fn keys(current: Held<'_>) -> Answer<Vec<KeyView>> {
    current.client()?.keys().await
}

/// The key itself goes to the clipboard; the window learns that it is there.
#[tauri::command]
async fn make_key(app: AppHandle, current: Held<'_>, key: NewKey) -> Answer<KeyView> {
    // A window that is closed meanwhile must not leave a key behind that nobody has.
    let _hold = app.state::<clipboard::Lending>().hold();
    new_key::make(&*current.client()?, key, |key| clipboard::lend(&app, key, clipboard::KEY)).await
}

#[tauri::command]
async fn revoke_key(current: Held<'_>, id: String) -> Answer<()> {
    current.client()?.revoke_key(&id).await
}

/// Shows the settings window.
#[tauri::command]
async fn open_settings(app: AppHandle) {
    window::order(&app, Order::Settings);
}

/// Shows the history window with this account.
#[tauri::command]
async fn open_history(app: AppHandle, account: AccountId) {
    window::order(&app, Order::History(account));
}

/// Opens a web address in the person's own browser: a broker's console, the sign-in once more.
#[tauri::command]
async fn open_link(app: AppHandle, url: Url) -> Answer<()> {
    let opened = browser::Desktop { app }.open(&url).await;
    opened.map_err(|problem| Refused { code: Code::Failed, problem })
}

/// Puts the asking window away.
#[tauri::command]
async fn hide_window(window: WebviewWindow) {
    window::put_away(&window);
}

/// The page is on the screen, so many milliseconds after it began. For the log, and for whoever measures.
#[tauri::command]
async fn painted(milliseconds: f64) {
    tracing::info!("The window was painted {milliseconds:.0} ms after its page began");
}

/// Ends the program, as the tray's menu does: where there is no tray, the window is the only way.
#[tauri::command]
async fn quit(app: AppHandle) {
    let code = app.state::<Quitting>().0;
    app.exit(code.into());
}

/// Whether the desktop starts Daypass at log-in, read back from where the desktop looks.
#[tauri::command]
async fn autostart(app: AppHandle) -> Answer<bool> {
    autostart::is_on(&app)
}

/// Changes that, and answers with what is true afterwards.
#[tauri::command]
async fn set_autostart(app: AppHandle, on: bool) -> Answer<bool> {
    autostart::set(&app, on)
}

/// Something of the desktop does not work: the cause is in the log, not in front of a person.
pub(crate) fn broken(what: &'static str, error: &dyn std::fmt::Display) -> Refused {
    tracing::warn!(%error, "{what}");
    let problem = Problem::new("desktop", what, "Try again; the log has the cause.", Remedy::TryAgain);
    Refused { code: Code::Internal, problem }
}

#[cfg(test)]
mod tests {
    /// A command is named in three places, because three programs read them.
    #[test]
    fn the_window_may_call_exactly_the_commands_that_there_are() {
        let named = |text: &str, begin: &str| -> Vec<String> {
            let list = text.split_once(begin).expect("a list").1.split_once(']').expect("its end").0;
            let words = list.split(|c: char| !(c.is_ascii_alphanumeric() || "_-:".contains(c)));
            let mut names: Vec<String> = words.filter(|word| !word.is_empty()).map(|w| w.replace('_', "-")).collect();
            names.sort();
            names
        };
        let built = named(include_str!("build.rs"), "COMMANDS: &[&str] = &[");
        let handled = named(include_str!("commands.rs"), "generate_handler![");
        let allowed = named(include_str!("../capabilities/main.json"), "\"permissions\": [");
        let own: Vec<String> = allowed.iter().filter_map(|name| name.strip_prefix("allow-")).map(Into::into).collect();
        assert_eq!(built, handled);
        assert_eq!(own, built);
        let others: Vec<&String> = allowed.iter().filter(|name| !name.starts_with("allow-")).collect();
        assert_eq!(others, ["core:event:allow-listen", "core:event:allow-unlisten"]);
    }
}
