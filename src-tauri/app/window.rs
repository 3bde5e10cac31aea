//! The windows: one small main window, the settings, and what happened.
//!
//! Invariant: there is at most one of each, and closing the main window leaves the program in the tray; where there is no
//! tray it goes down to the task bar instead. What this is not: anything that is drawn inside them (`ui/`).

pub(crate) mod order;
#[cfg(target_os = "linux")]
pub(crate) mod process;

use crate::backend::AccountId;
use crate::backend::view::Snapshot;
use order::Order;
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};

/// Label of the main window.
const MAIN: &str = "main";
/// Label of the settings window.
const SETTINGS: &str = "settings";
/// Label of the history window.
const HISTORY: &str = "history";
/// Pushed to the windows at each change; the payload is the snapshot.
const SNAPSHOT: &str = "snapshot";
/// Tells a window which account to show; the payload is the id.
const SHOW_ACCOUNT: &str = "show_account";

/// Whether a window that is closed comes back by a click in the tray.
pub(crate) struct ComesBack(pub(crate) Box<dyn Fn() -> bool + Send + Sync>);

/// Carries the order out where windows live: in their own process, or here.
pub(crate) fn order(app: &AppHandle, order: Order) {
    // Windows that are here already stay: there is one of each.
    #[cfg(target_os = "linux")]
    if app.webview_windows().is_empty()
        && let Some(process) = app.try_state::<process::WindowProcess>()
    {
        return process.take(app, order);
    }
    carry_out(app, order, |_| {});
}

/// Carries the order out in this process, and says when that is done and whether there is a window now.
pub(crate) fn carry_out(app: &AppHandle, order: Order, done: impl FnOnce(bool) + Send + 'static) {
    let handle = app.clone();
    let asked = app.run_on_main_thread(move || {
        let mut away = false;
        match order {
            Order::Show => show(&handle),
            Order::Account(account) => show_account(&handle, &account),
            Order::Settings => show_settings(&handle),
            Order::History(account) => show_history(&handle, &account),
            Order::Toggle => away = toggle(&handle),
            Order::StandIn if handle.get_webview_window(MAIN).is_none() => show(&handle),
            Order::StandIn => {}
        }
        done(away || !handle.webview_windows().is_empty());
    });
    if let Err(error) = asked {
        tracing::error!(%error, "The event loop has ended");
    }
}

fn show(app: &AppHandle) {
    front(app, MAIN, (420.0, 640.0), "index.html", "Daypass");
}

fn show_account(app: &AppHandle, account: &AccountId) {
    let page = format!("index.html#account={account}");
    // A new window reads the account from its address, one that is there hears it.
    if !front(app, MAIN, (420.0, 640.0), &page, "Daypass") {
        let _ = app.emit_to(MAIN, SHOW_ACCOUNT, account.as_str());
    }
}

fn show_settings(app: &AppHandle) {
    front(app, SETTINGS, (760.0, 560.0), "index.html#settings", "Daypass settings");
}

fn show_history(app: &AppHandle, account: &AccountId) {
    let page = format!("index.html#history={account}");
    if !front(app, HISTORY, (960.0, 760.0), &page, "Daypass history") {
        let _ = app.emit_to(HISTORY, SHOW_ACCOUNT, account.as_str());
    }
}

/// A left click on the tray. True if the window goes away.
fn toggle(app: &AppHandle) -> bool {
    let seen = app.get_webview_window(MAIN).filter(is_seen);
    match &seen {
        Some(window) => put_away(window),
        None => show(app),
    }
    seen.is_some()
}

/// Tells the windows of this process how things are now.
pub(crate) fn push(app: &AppHandle, snapshot: &Snapshot) {
    if !app.webview_windows().is_empty()
        && let Err(error) = app.emit(SNAPSHOT, snapshot)
    {
        tracing::warn!(%error, "The windows were not told of a change");
    }
}

/// Closes the window, or takes it down to the task bar where there is no tray to bring it back.
pub(crate) fn put_away(window: &WebviewWindow) {
    // Closing asks `closing` first.
    if let Err(error) = window.close() {
        tracing::warn!(%error, "The window could not be closed");
    }
}

/// Makes the window or brings it to the front. True if it was made.
fn front(app: &AppHandle, label: &str, size: (f64, f64), page: &str, title: &str) -> bool {
    if let Some(window) = app.get_webview_window(label) {
        let raised = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        if let Err(error) = raised {
            tracing::warn!(%error, label, "The window could not be brought to the front");
        }
        return false;
    }
    if let Err(error) = make(app, label, size, page, title) {
        tracing::error!(%error, label, "The window could not be opened");
    }
    true
}

fn make(app: &AppHandle, label: &str, (width, height): (f64, f64), page: &str, title: &str) -> tauri::Result<()> {
    let mut builder = WebviewWindowBuilder::new(app, label, WebviewUrl::App(page.into()))
        .title(title)
        .inner_size(width, height)
        .min_inner_size(width.min(360.0), height.min(480.0))
        .icon(crate::icons::app())?
        .on_navigation(|url| url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost"));
    if let Some(home) = crate::run::home() {
        builder = builder.data_directory(home.join("window"));
    }
    let window = builder.build()?;
    if label == MAIN {
        let main = window.clone();
        window.on_window_event(move |event| closing(&main, event));
    }
    Ok(())
}

/// The main window may only go where somebody can get it back from.
fn closing(window: &WebviewWindow, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event
        && !(window.state::<ComesBack>().0)()
    {
        api.prevent_close();
        if let Err(error) = window.minimize() {
            tracing::warn!(%error, "The window could not be minimised");
        }
    }
}

fn is_seen(window: &WebviewWindow) -> bool {
    window.is_visible().unwrap_or(false) && !window.is_minimized().unwrap_or(false)
}
