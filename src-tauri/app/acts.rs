//! What a click in the tray or on a notification sets in motion.
//!
//! Invariant: nothing is decided here: each act is one call on the client, and a "no" is told to the person who clicked,
//! in the manager's words. What this is not: the window's commands, which answer to the window (`commands.rs`).

use crate::backend::notice::{Action, Notice, Urgency};
use crate::backend::view::Snapshot;
use crate::backend::{AccountId, Answer, CLIPBOARD, Caller, Client, Current, Refused, Wanted};
use crate::browser::NO_BROWSER;
use crate::clipboard;
use crate::notifier::{Notifier, Reaction};
use crate::tray::{Act, Rest};
use crate::window;
use crate::window::order::Order;
use chrono::Local;
use std::sync::{Arc, Mutex, PoisonError};
use tauri::{AppHandle, Manager};

/// The kind of a notice that answers a click.
const ANSWER: &str = "answer";
/// An answer to a click needs no more time than this to be read.
const ANSWER_SECONDS: u32 = 8;

/// Does what a line of the tray's menu says.
pub(crate) async fn act(app: AppHandle, act: Act) {
    match act {
        Act::Show(account) => window::order(&app, Order::Account(account)),
        Act::Open => window::order(&app, Order::Show),
        Act::BotsWait => {}
        Act::Quit => app.exit(0),
        Act::SignIn(account) => match warning(&app, &account).await.filter(|note| is_news(&account, note)) {
            // What it would give is said first; the button there begins it all the same, and so does a second click.
            Some(note) => say(&app, &account, first_this(&account, &note)),
            None => tell(&app, &account, sign_in(&app, &account).await),
        },
        Act::Refresh(account) => tell(&app, &account, refresh(&app, &account).await),
        Act::Copy(account) => match copy(&app, &account).await {
            Ok(()) => say(&app, &account, copied(&account)),
            no => tell(&app, &account, no),
        },
        Act::Pause(rest) => pause_all(&app, rest).await,
        Act::Resume => resume_all(&app).await,
    }
}

/// Does what somebody did with a notification of this account.
pub(crate) async fn react(app: AppHandle, account: String, reaction: Reaction) {
    let Ok(account) = AccountId::new(account) else { return window::order(&app, Order::Show) };
    let answer = match reaction {
        Reaction::Body | Reaction::Button(Action::Open) => return window::order(&app, Order::Account(account)),
        // Critical, and no channel but this one is left.
        Reaction::Unseen(notice) if notice.urgency == Urgency::Critical => {
            return window::order(&app, Order::Account(account));
        }
        // The answer to a click, with something to press: the card has that too.
        Reaction::Unseen(notice) if !notice.actions.is_empty() && notice.kind == ANSWER => {
            return window::order(&app, Order::Account(account));
        }
        Reaction::Unseen(_) => return,
        Reaction::Button(Action::SignIn) => sign_in(&app, &account).await,
        Reaction::Button(Action::Refresh) => refresh(&app, &account).await,
        Reaction::Button(Action::Snooze) => snooze(&app, &account).await,
    };
    tell(&app, &account, answer);
}

/// Lends the account's token to the clipboard.
pub(crate) async fn copy(app: &AppHandle, account: &AccountId) -> Answer<()> {
    let _hold = app.state::<clipboard::Lending>().hold();
    let out = client(app)?.token(account, Wanted::default(), &Caller::here(Some(CLIPBOARD.to_owned()))).await?;
    clipboard::lend(app, out.token, clipboard::TOKEN).await
}

/// Why a sign-in now would be of little use, if that is so.
async fn warning(app: &AppHandle, account: &AccountId) -> Option<String> {
    let seen = client(app).ok()?.snapshot().await.ok()?;
    let view = seen.accounts.into_iter().find(|view| view.id == account.as_str())?;
    view.sign_in_note.filter(|_| view.work.is_none())
}

/// Not every desktop shows buttons: whoever clicks again has read it, and gets the sign-in.
fn is_news(account: &AccountId, note: &str) -> bool {
    static TOLD: Mutex<Option<(AccountId, String)>> = Mutex::new(None);
    let this = Some((account.clone(), note.to_owned()));
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if *told == this {
        *told = None;
        return false;
    }
    *told = this;
    true
}

async fn sign_in(app: &AppHandle, account: &AccountId) -> Answer<()> {
    let answer = app.state::<Current>().sign_in(account).await.map(drop);
    let shut = match &answer {
        Ok(()) => client(app)?.snapshot().await.is_ok_and(|seen| browser_stayed_shut(&seen, account)),
        Err(no) => no.problem.code == NO_BROWSER,
    };
    if !shut {
        return answer;
    }
    // The card has the link to copy, and waits as the sign-in does.
    window::order(app, Order::Account(account.clone()));
    Ok(())
}

/// The sign-in waits, and no browser shows it.
fn browser_stayed_shut(seen: &Snapshot, account: &AccountId) -> bool {
    let account = seen.accounts.iter().find(|view| view.id == account.as_str());
    let trouble = account.filter(|view| view.work.is_some()).and_then(|view| view.trouble.as_ref());
    trouble.is_some_and(|problem| problem.code == NO_BROWSER)
}

async fn refresh(app: &AppHandle, account: &AccountId) -> Answer<()> {
    app.state::<Current>().refresh(account).await
}

async fn snooze(app: &AppHandle, account: &AccountId) -> Answer<()> {
    client(app)?.snooze(account).await
}

async fn pause_all(app: &AppHandle, rest: Rest) {
    let Ok(client) = client(app) else { return };
    let Ok(seen) = client.snapshot().await else { return };
    for account in seen.accounts.iter().filter(|account| account.paused.is_none()) {
        let Ok(id) = AccountId::new(account.id.clone()) else { continue };
        tell(app, &id, client.pause(&id, rest.end(seen.now, &Local)).await);
    }
}

async fn resume_all(app: &AppHandle) {
    let Ok(client) = client(app) else { return };
    let Ok(seen) = client.snapshot().await else { return };
    for account in seen.accounts.iter().filter(|account| account.paused.is_some()) {
        let Ok(id) = AccountId::new(account.id.clone()) else { continue };
        tell(app, &id, client.resume(&id).await);
    }
}

fn client(app: &AppHandle) -> Answer<Arc<dyn Client>> {
    app.state::<Current>().client()
}

/// Says a "no" to the person who clicked; a "yes" shows by itself.
fn tell(app: &AppHandle, account: &AccountId, answer: Answer<()>) {
    if let Err(no) = answer {
        say(app, account, refusal(account, &no));
    }
}

/// Shown beside the account's own notification, never in its place: that one may still be true.
fn say(app: &AppHandle, account: &AccountId, notice: Notice) {
    app.state::<Arc<dyn Notifier>>().show(&format!("answer {account}"), notice);
}

fn refusal(account: &AccountId, no: &Refused) -> Notice {
    Notice {
        account: account.to_string(),
        kind: ANSWER.into(),
        title: no.problem.what.to_string(),
        body: no.problem.todo.to_string(),
        urgency: Urgency::Normal,
        actions: vec![],
        seconds: Some(ANSWER_SECONDS),
    }
}

fn first_this(account: &AccountId, note: &str) -> Notice {
    Notice {
        account: account.to_string(),
        kind: ANSWER.into(),
        title: "A sign-in now would not last.".into(),
        body: format!("{note} Choose it once more to sign in all the same."),
        urgency: Urgency::Normal,
        actions: vec![Action::SignIn],
        seconds: None,
    }
}

fn copied(account: &AccountId) -> Notice {
    Notice {
        account: account.to_string(),
        kind: "copied".into(),
        title: "The token is on the clipboard.".into(),
        body: "It is taken off again in 30 s.".into(),
        urgency: Urgency::Low,
        actions: vec![],
        seconds: Some(ANSWER_SECONDS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::view::{AccountView, WorkKind};
    use crate::backend::{Moment, Problem, Remedy};
    use daypass_api::scripted;

    #[test]
    fn the_window_stands_in_for_a_browser_that_stayed_shut_and_for_nothing_else() {
        let now = Moment::UNIX_EPOCH;
        let waiting = AccountView {
            work: Some(scripted::work(WorkKind::WaitingForBrowser, now)),
            ..scripted::account("upstox", now)
        };
        let with = |code, view: AccountView| AccountView {
            trouble: Some(Problem::new(code, "It happened.", "Do this.", Remedy::TryAgain)),
            ..view
        };
        let rows = [
            ("the sign-in waits and no browser opened", with(NO_BROWSER, waiting.clone()), true),
            ("the sign-in waits in a browser", waiting.clone(), false),
            ("another trouble", with("port_taken", waiting), false),
            ("the sign-in is over", with(NO_BROWSER, scripted::account("upstox", now)), false),
        ];
        let upstox = AccountId::new("upstox").expect("an id");
        for (row, view, expected) in rows {
            assert_eq!(browser_stayed_shut(&scripted::snapshot(now, vec![view]), &upstox), expected, "{row}");
        }
    }

    #[test]
    fn a_warning_is_said_once_and_the_second_click_has_read_it() {
        let account = AccountId::new("warned").expect("an id");
        assert!(is_news(&account, "It would end at 03:30."));
        assert!(!is_news(&account, "It would end at 03:30."));
        assert!(is_news(&account, "It would end at 03:30."), "another time it is said again");
        assert!(is_news(&account, "It would end at 04:30."), "and so is something else");
    }
}
