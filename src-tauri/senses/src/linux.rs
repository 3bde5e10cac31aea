//! Linux: the session bus for screen savers and idleness, the system bus for logind and NetworkManager.
//!
//! The invariant: a bus that is gone costs at most one wake-up per pause, and what was heard on it is forgotten. What
//! this is not: a user of tokio; all of it runs in one `block_on` on the watch's own thread.

use crate::Presence;
use crate::board::Board;
use crate::signs::{Witness, presence};
use crate::watching::{Question, Surroundings};
use async_io::Timer;
use daypass_domain::Backoff;
use futures::StreamExt;
use futures::channel::mpsc::UnboundedReceiver;
use futures::future::{Either, join, select};
use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;
use zbus::{Connection, connection};

mod idle_monitor;
mod logind;
mod network_manager;
mod peer;
mod screen_saver;

/// How long nobody touches anything before nobody is there. Five minutes: what desktops usually wait before they blank the
/// screen, and longer than reading a chart.
const IDLE_AFTER: Duration = Duration::from_secs(300);
/// How long one call may take: what D-Bus libraries usually allow. A source that misses it is given up until it starts
/// again, and a computer that has just woken is slow.
const CALL_LIMIT: Duration = Duration::from_secs(25);
/// How long a connection may take, greeting included.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// The session bus while there is a connection to it.
type SessionBus = RefCell<Option<Connection>>;

/// Watches until nobody can ask any more.
pub(crate) fn run(surroundings: &Surroundings, board: &Board, questions: UnboundedReceiver<Question>) {
    let session_bus = SessionBus::default();
    let on_session_bus = async |connection: Connection| {
        session_bus.replace(Some(connection.clone()));
        join(screen_saver::watch_all(&connection, board), idle_monitor::watch(&connection, board)).await;
        session_bus.replace(None);
    };
    let on_system_bus = async |connection: Connection| {
        let own = surroundings.login_session.as_deref();
        join(logind::watch(&connection, board, own), network_manager::watch(&connection, board)).await;
    };
    let address = |given: &Option<String>, usual: fn() -> zbus::Result<connection::Builder<'static>>| match given {
        Some(address) => connection::Builder::address(address.as_str()),
        None => usual(),
    };
    let session = || address(&surroundings.session_bus, connection::Builder::session);
    let system = || address(&surroundings.system_bus, connection::Builder::system);
    zbus::block_on(async {
        let buses = join(
            keep(session, &surroundings.reconnect, on_session_bus),
            keep(system, &surroundings.reconnect, on_system_bus),
        );
        let answers = questions.for_each_concurrent(None, async |asker| {
            // Whoever has stopped waiting needs no answer.
            let _ = asker.send(who_is_there(&session_bus, board).await);
        });
        select(pin!(buses), pin!(answers)).await;
    });
}

/// Connects, serves until the bus is gone, and tries again after a pause. Never returns.
async fn keep(
    bus: impl Fn() -> zbus::Result<connection::Builder<'static>>,
    pauses: &Backoff,
    serve: impl AsyncFn(Connection),
) {
    let mut failures = 0;
    loop {
        match connect(bus()).await {
            Ok(connection) => {
                serve(connection).await;
                failures = 0;
                tracing::debug!("A message bus has gone");
            }
            Err(error) => tracing::debug!(%error, "A message bus cannot be reached"),
        }
        failures += 1;
        // There is one of each bus in this computer: no crowd to be spread, hence no seed.
        Timer::after(pauses.pause(failures, 0).to_std().unwrap_or_default()).await;
    }
}

async fn connect(bus: zbus::Result<connection::Builder<'_>>) -> zbus::Result<Connection> {
    let connecting = bus?.method_timeout(CALL_LIMIT).build();
    match select(pin!(connecting), Timer::after(CONNECT_LIMIT)).await {
        Either::Left((connected, _)) => connected,
        Either::Right(_) => Err(zbus::Error::Failure("it does not answer".into())),
    }
}

/// What is known, and what only those say who have to be asked.
async fn who_is_there(session_bus: &SessionBus, board: &Board) -> Presence {
    let connection = session_bus.borrow().clone();
    let monitored = board.signs().idle.contains_key(&Witness::IdleMonitor);
    let asked = match connection.filter(|_| !monitored) {
        Some(connection) => screen_saver::ask_all(&connection).await,
        None => Vec::new(),
    };
    // Read after the asking: somebody may have gone meanwhile.
    let mut signs = board.signs();
    signs.idle.extend(asked);
    presence(&signs)
}
