//! Lends a token to the clipboard.
//!
//! Invariant: it is taken off again after 30 seconds, or when the program ends, unless somebody has copied something else
//! since; clipboard histories that listen are told to leave it out. What this is not: a way for the window to see a
//! token: it only says which account's.

use crate::backend::Secret;
use arboard::Clipboard;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Long enough to paste it, too short to forget it.
const LOAN: Duration = Duration::from_secs(30);

/// What is lent, if anything. On Linux the clipboard's content lives in the process that copied: it is kept open.
#[derive(Clone, Default)]
pub(crate) struct Lending(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    loan: Option<(Clipboard, Secret)>,
    /// Numbers the loans, so that the end of an old one does not end a newer one.
    number: u64,
}

impl Lending {
    /// Copies the token, and plans its return. Waits for the display: call it where blocking is fine.
    pub(crate) fn lend(&self, token: Secret) -> Result<(), arboard::Error> {
        let mut clipboard = Clipboard::new()?;
        write(&mut clipboard, token.expose())?;
        let mut state = self.lock();
        state.number += 1;
        state.loan = Some((clipboard, token));
        let (number, lending) = (state.number, self.clone());
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(LOAN).await;
            let _ = tauri::async_runtime::spawn_blocking(move || lending.end(number)).await;
        });
        Ok(())
    }

    /// Takes back what is still lent. For the end of the program.
    pub(crate) fn take_back(&self) {
        let loan = self.lock().loan.take();
        if let Some((clipboard, token)) = loan {
            clear(clipboard, &token);
        }
    }

    fn end(&self, number: u64) {
        let current = self.lock().number;
        if current == number {
            self.take_back();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

fn clear(mut clipboard: Clipboard, token: &Secret) {
    let ours = clipboard.get_text().is_ok_and(|text| token.matches(text.as_bytes()));
    if ours && let Err(error) = clipboard.clear() {
        tracing::warn!(%error, "The token could not be taken off the clipboard");
    }
}
