//! The port to the desktop's notifications, and what comes back through it.
//!
//! Invariant: one notification per key; showing again replaces it, withdrawing takes it away. What this is not: the words
//! or the moment; both come from the manager.

use crate::backend::notice::{Action, Notice};

/// Shows and withdraws. Neither waits for the desktop.
pub(crate) trait Notifier: Send + Sync {
    /// Shows this in place of what the key showed before. The key is the account, for what the account tells.
    fn show(&self, key: &str, notice: Notice);

    /// Takes it away, if it is still there.
    fn withdraw(&self, key: &str);
}

/// What a person did with a notification, or what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// A click on the body.
    Body,
    /// A button.
    Button(Action),
    /// The desktop could not show it.
    Unseen(Notice),
}

/// Carries reactions, with the account of the notice, to whoever acts on them.
pub(crate) type Reactions = tokio::sync::mpsc::UnboundedSender<(String, Reaction)>;

/// The notifier of this platform.
#[cfg(target_os = "linux")]
pub(crate) fn notifier(_: &tauri::AppHandle, reactions: Reactions) -> std::sync::Arc<dyn Notifier> {
    std::sync::Arc::new(crate::freedesktop::Freedesktop::new(reactions))
}

/// The notifier of this platform: the plugin, which neither replaces nor reports clicks there; each step stands alone.
#[cfg(not(target_os = "linux"))]
pub(crate) fn notifier(app: &tauri::AppHandle, reactions: Reactions) -> std::sync::Arc<dyn Notifier> {
    std::sync::Arc::new(Plugin { app: app.clone(), reactions })
}

#[cfg(not(target_os = "linux"))]
struct Plugin {
    app: tauri::AppHandle,
    reactions: Reactions,
}

#[cfg(not(target_os = "linux"))]
impl Notifier for Plugin {
    fn show(&self, _key: &str, notice: Notice) {
        use tauri_plugin_notification::NotificationExt;
        let shown = self.app.notification().builder().title(&notice.title).body(&notice.body).show();
        if let Err(error) = shown {
            tracing::warn!(%error, account = notice.account, "The notification could not be shown");
            let _ = self.reactions.send((notice.account.clone(), Reaction::Unseen(notice)));
        }
    }

    fn withdraw(&self, _key: &str) {}
}
