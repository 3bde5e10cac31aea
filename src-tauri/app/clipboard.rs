//! Lends a token or a bot's new key to the clipboard.
//!
//! Invariant: it is taken off again after its time, or when the program ends, unless somebody has copied something else
//! since; clipboard histories that listen are told to leave it out. What this is not: a way for the window to see a
//! secret: it only says which account's, or which bot's.

use crate::backend::{Answer, Secret};
use crate::commands::broken;
use arboard::Clipboard;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tauri::{AppHandle, Manager};
use tokio::sync::watch;

/// For how long a token is lent: long enough to paste it, too short to forget it.
pub(crate) const TOKEN: Duration = Duration::from_secs(30);
/// The same for a key: it cannot be copied a second time, and the bot's settings have to be found first.
pub(crate) const KEY: Duration = Duration::from_secs(120);

/// Lends the secret to the clipboard for that time, whatever thread waits for the display.
pub(crate) async fn lend(app: &AppHandle, secret: Secret, time: Duration) -> Answer<()> {
    let lending = app.state::<Lending>().inner().clone();
    let lent = tauri::async_runtime::spawn_blocking(move || lending.lend(secret, time)).await;
    match lent {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(broken(UNUSABLE, &error)),
        Err(error) => Err(broken(UNUSABLE, &error)),
    }
}

const UNUSABLE: &str = "The clipboard cannot be used.";

/// What is lent, if anything. On Linux the clipboard's content lives in the process that copied: it is kept open.
#[derive(Clone, Default)]
pub(crate) struct Lending {
    state: Arc<Mutex<State>>,
    /// How many loans and promises there are.
    held: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    loan: Option<(Clipboard, Secret, Hold)>,
    /// Numbers the loans, so that the end of an old one does not end a newer one.
    number: u64,
}

/// As long as this lives, something is lent or about to be.
pub(crate) struct Hold(watch::Sender<usize>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.send_modify(|held| *held -= 1);
    }
}

impl Lending {
    /// Says that something will be lent, so that this process stays for it.
    pub(crate) fn hold(&self) -> Hold {
        self.held.send_modify(|held| *held += 1);
        Hold(self.held.clone())
    }

    /// Whether this process has to stay.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_held(&self) -> bool {
        *self.held.borrow() > 0
    }

    /// Waits until it need not.
    #[cfg(target_os = "linux")]
    pub(crate) async fn released(&self) {
        let _ = self.held.subscribe().wait_for(|held| *held == 0).await;
    }

    /// Copies the secret, and plans its return. Waits for the display: call it where blocking is fine.
    fn lend(&self, secret: Secret, time: Duration) -> Result<(), arboard::Error> {
        let mut clipboard = Clipboard::new()?;
        // Written under the lock: of two at once, the one that is on the clipboard must be the one that is known.
        let mut state = self.lock();
        write(&mut clipboard, secret.expose())?;
        state.number += 1;
        state.loan = Some((clipboard, secret, self.hold()));
        let (number, lending) = (state.number, self.clone());
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(time).await;
            let _ = tauri::async_runtime::spawn_blocking(move || lending.end(number)).await;
        });
        Ok(())
    }

    /// Takes back what is still lent. For the end of the program.
    pub(crate) fn take_back(&self) {
        give_back(&mut self.lock());
    }

    fn end(&self, number: u64) {
        let mut state = self.lock();
        if state.number == number {
            give_back(&mut state);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn give_back(state: &mut State) {
    if let Some((clipboard, secret, _hold)) = state.loan.take() {
        clear(clipboard, &secret);
    }
}

#[cfg(target_os = "linux")]
fn write(clipboard: &mut Clipboard, text: &str) -> Result<(), arboard::Error> {
    use arboard::SetExtLinux;
    clipboard.set().exclude_from_history().text(text)
}

#[cfg(target_os = "macos")]
fn write(clipboard: &mut Clipboard, text: &str) -> Result<(), arboard::Error> {
    use arboard::SetExtApple;
    clipboard.set().exclude_from_history().text(text)
}

#[cfg(windows)]
fn write(clipboard: &mut Clipboard, text: &str) -> Result<(), arboard::Error> {
    use arboard::SetExtWindows;
    clipboard.set().exclude_from_monitoring().text(text)
}

fn clear(mut clipboard: Clipboard, secret: &Secret) {
    let ours = clipboard.get_text().is_ok_and(|text| secret.matches(text.as_bytes()));
    if ours && let Err(error) = clipboard.clear() {
        tracing::warn!(%error, "What was lent could not be taken off the clipboard");
    }
}
