//! The watch itself: one thread that listens, and the question who is there.
//!
//! The invariant: the thread ends with its [`Watching`], and no question waits longer than its limit. What this is not:
//! bound to a runtime; answers can be awaited anywhere.

#[cfg(target_os = "linux")]
use crate::board::Board;
use crate::{Presence, Sense};
use futures::channel::{mpsc, oneshot};

/// Somebody who wants to know.
pub(crate) type Question = oneshot::Sender<Presence>;

/// A watch under way; it ends when this is dropped. A sense that is just being told may still arrive then.
#[derive(Debug)]
pub struct Watching {
    questions: mpsc::UnboundedSender<Question>,
}

impl Watching {
    /// Whether somebody is there, at this moment: also asks the sources that only speak when asked. Answers within a few
    /// seconds whatever they do, and [`Presence::Unknown`] when the watch has failed.
    pub async fn who_is_there(&self) -> Presence {
        let (asker, answer) = oneshot::channel();
        if self.questions.unbounded_send(asker).is_err() {
            return Presence::Unknown;
        }
        answer.await.unwrap_or_default()
    }
}

/// Watches this computer and calls `on` for everything that is noticed, on the watch's own thread. `on` must not block:
/// nothing is noticed while it runs.
#[cfg(target_os = "linux")]
pub fn watch(on: impl Fn(Sense) + Send + 'static) -> Watching {
    watch_in(Surroundings::of_this_process(), on)
}

/// Watches this computer, of which nothing can be noticed on this system: `on` is never called.
#[cfg(not(target_os = "linux"))]
pub fn watch(_on: impl Fn(Sense) + Send + 'static) -> Watching {
    // Nobody takes the questions, which whoever asks takes for "unknown".
    let (questions, _) = mpsc::unbounded();
    Watching { questions }
}

/// Where to look, for whoever is not in the usual place.
#[cfg(target_os = "linux")]
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Address of the session bus; `None` is the usual one (`DBUS_SESSION_BUS_ADDRESS`).
    pub session_bus: Option<String>,
    /// Address of the system bus; `None` is the usual one (`DBUS_SYSTEM_BUS_ADDRESS`).
    pub system_bus: Option<String>,
    /// logind's id of our session (`XDG_SESSION_ID`); `None` lets logind find it.
    pub login_session: Option<String>,
    /// The pauses before a bus that is not there is tried again.
    pub reconnect: daypass_domain::Backoff,
}

#[cfg(target_os = "linux")]
impl Surroundings {
    /// What this process's environment says.
    pub fn of_this_process() -> Self {
        Self {
            session_bus: None,
            system_bus: None,
            login_session: std::env::var("XDG_SESSION_ID").ok(),
            // A bus that dies mostly takes the session along, and a server has no session bus at all: one wake-up a
            // minute is the most that hope is worth, and soon less.
            reconnect: daypass_domain::Backoff {
                first: chrono::Duration::minutes(1),
                longest: chrono::Duration::minutes(10),
            },
        }
    }
}

/// The same as [`watch`] in other surroundings.
#[cfg(target_os = "linux")]
pub fn watch_in(surroundings: Surroundings, on: impl Fn(Sense) + Send + 'static) -> Watching {
    let (questions, inbox) = mpsc::unbounded();
    let watch = move || crate::linux::run(&surroundings, &Board::new(on), inbox);
    if let Err(error) = std::thread::Builder::new().name("senses".into()).spawn(watch) {
        tracing::error!(%error, "Nothing of this computer is noticed: no thread can be started; restart Daypass");
    }
    Watching { questions }
}
