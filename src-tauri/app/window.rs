//! The windows: one small main window, and the settings.
//!
//! Invariant: there is at most one of each, and closing the main window leaves the program in the tray; where there is no
//! tray it goes down to the task bar instead. What this is not: anything that is drawn inside them (`ui/`).

use crate::backend::AccountId;
use crate::host::Host;
use crate::tray_icon::Tray;
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};

/// Label of the main window.
pub(crate) const MAIN: &str = "main";
/// Label of the settings window.
const SETTINGS: &str = "settings";
/// Tells the main window which account's card to show; the payload is the id.
const SHOW_ACCOUNT: &str = "show_account";

/// Shows the main window in front, and makes it if there is none.
pub(crate) fn show(app: &AppHandle) {
    on_main_thread(app, |app| {
        front(app, MAIN, (420.0, 640.0), "index.html", "Daypass");
    });
}

/// Shows the main window with this account's card.
pub(crate) fn show_account(app: &AppHandle, account: AccountId) {
    on_main_thread(app, move |app| {
        let page = format!("index.html#account={account}");
        // A new window reads the account from its address, one that is there hears it.
        if !front(app, MAIN, (420.0, 640.0), &page, "Daypass") {
            let _ = app.emit_to(MAIN, SHOW_ACCOUNT, account.as_str());
        }
    });
}

/// Shows the settings window in front, and makes it if there is none.
pub(crate) fn show_settings(app: &AppHandle) {
    on_main_thread(app, |app| {
        front(app, SETTINGS, (760.0, 560.0), "index.html#settings", "Daypass settings");
    });
}

/// A left click on the tray: puts the main window away if it can be seen, else shows it.
pub(crate) fn toggle(app: &AppHandle) {
    match app.get_webview_window(MAIN) {
        Some(window) if is_seen(&window) => put_away(&window),
        _ => show(app),
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
    // An icon outlives its host, and cannot be clicked on without one.
    let comes_back = window.state::<Host>().is_there() && window.state::<Tray>().is_there();
    if let WindowEvent::CloseRequested { api, .. } = event
        && !comes_back
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

fn on_main_thread(app: &AppHandle, task: impl FnOnce(&AppHandle) + Send + 'static) {
    let handle = app.clone();
    if let Err(error) = app.run_on_main_thread(move || task(&handle)) {
        tracing::error!(%error, "The event loop has ended");
    }
}
