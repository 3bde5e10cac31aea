//! logind: the computer's sleep, and what the desktop tells it about our session.
//!
//! The invariant: a hint that no desktop has ever set is no sign that somebody is there. Both hints start as "no", and
//! many small desktops leave them so while the screen is locked for the night. What this is not: a sleep inhibitor; the
//! computer may sleep whenever it likes.

use super::peer::{Object, Peer, Properties, with_each_owner};
use crate::board::Board;
use crate::signs::Witness;
use futures::StreamExt;
use futures::future::{join, try_join3};
use std::cell::RefCell;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};
use zbus::{Connection, MessageStream};

const NAME: &str = "org.freedesktop.login1";
const MANAGER: Object<'_> = Object { path: "/org/freedesktop/login1", interface: "org.freedesktop.login1.Manager" };
const SESSION: &str = "org.freedesktop.login1.Session";
/// Kinds of sessions that have a screen with a person in front of it; a terminal says nothing about one.
const WITH_SCREEN: [&str; 3] = ["wayland", "x11", "mir"];

/// Watches it while it is there. Ends with the bus.
pub(crate) async fn watch(connection: &Connection, board: &Board, own: Option<&str>) {
    let work = async |peer: &Peer<'_>| follow(peer, board, own).await;
    with_each_owner(connection, NAME, work, || board.forget(Witness::Logind)).await;
}

async fn follow(peer: &Peer<'_>, board: &Board, own: Option<&str>) -> zbus::Result<()> {
    let sleeps = peer.signals(MANAGER, "PrepareForSleep").await?;
    join(follow_sleep(sleeps, board), async {
        if let Err(error) = follow_session(peer, board, own).await {
            tracing::debug!(%error, "logind does not tell of a session of ours");
            // What it said of sleep goes on; of the session nobody hears any more.
            board.forget(Witness::Logind);
        }
    })
    .await;
    Ok(())
}

async fn follow_sleep(mut sleeps: MessageStream, board: &Board) {
    while let Some(Ok(signal)) = sleeps.next().await {
        match signal.body().deserialize() {
            Ok(true) => board.sleeping(),
            Ok(false) => board.woke(),
            Err(error) => tracing::debug!(%error, "logind says something odd about sleep"),
        }
    }
}

async fn follow_session(peer: &Peer<'_>, board: &Board, own: Option<&str>) -> zbus::Result<()> {
    let path = own_session(peer, own).await?;
    let session = Object { path: path.as_str(), interface: SESSION };
    let (locks, unlocks) = (peer.signals(session, "Lock").await?, peer.signals(session, "Unlock").await?);
    let hints = RefCell::new(Hints::default());
    let tell = |change: &dyn Fn(&mut Hints)| {
        change(&mut hints.borrow_mut());
        let (locked, idle) = hints.borrow().signs();
        board.locked_and_idle(Witness::Logind, locked, idle);
    };
    let asks = async |mut signals: MessageStream, lock: bool| {
        while let Some(Ok(_)) = signals.next().await {
            tell(&|hints| hints.asked_to_lock = lock);
        }
        Ok(())
    };
    let properties = peer.properties(session, |properties| tell(&|hints| hints.read(properties)));
    // The first that fails ends them all: requests to lock are no sign without the properties.
    try_join3(asks(locks, true), asks(unlocks, false), properties).await.map(|_| ())
}

/// The session of this process; for one that the desktop starts outside of every session, the one on the screen.
async fn own_session(peer: &Peer<'_>, own: Option<&str>) -> zbus::Result<OwnedObjectPath> {
    for id in own.into_iter().chain(["auto"]) {
        if let Ok(path) = peer.call(MANAGER, "GetSession", &id).await {
            return Ok(path);
        }
    }
    // Before version 243 there is no "auto".
    peer.call(MANAGER, "GetSessionByPID", &std::process::id()).await
}

/// What the desktop has told logind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Hints {
    with_screen: bool,
    /// Nobody else's session is in front.
    in_front: bool,
    locked: bool,
    idle: bool,
    /// The desktop was asked to lock and has not said yet that it did. One that never says so counts as locked until it
    /// is asked to unlock: a person who is there can click, a browser on a locked screen helps nobody.
    asked_to_lock: bool,
    /// The desktop has used the lock's hint.
    keeps_locked: bool,
    /// The desktop has used the hint of idleness.
    keeps_idle: bool,
}

impl Hints {
    fn read(&mut self, properties: &Properties) {
        let yes = |name| read::<bool>(properties, name).unwrap_or_default();
        let kind: String = read(properties, "Type").unwrap_or_default();
        self.with_screen = WITH_SCREEN.contains(&kind.as_str());
        self.in_front = yes("Active");
        self.locked = yes("LockedHint");
        self.idle = yes("IdleHint");
        self.asked_to_lock &= !self.locked;
        let ever_idle = read::<u64>(properties, "IdleSinceHint").is_some_and(|since| since > 0);
        self.keeps_locked |= self.locked;
        self.keeps_idle |= self.idle || ever_idle;
    }

    /// Whether it is locked and whether it is idle, as far as can be known.
    fn signs(&self) -> (Option<bool>, Option<bool>) {
        if !self.with_screen {
            return (None, None);
        }
        let locked = self.locked || self.asked_to_lock || !self.in_front;
        ((locked || self.keeps_locked).then_some(locked), self.keeps_idle.then_some(self.idle))
    }
}

fn read<T: TryFrom<OwnedValue>>(properties: &Properties, name: &str) -> Option<T> {
    T::try_from(properties.get(name)?.try_clone().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (&'static str, fn(&mut Hints), (Option<bool>, Option<bool>));

    #[test]
    fn hints_are_signs_only_where_somebody_keeps_them() {
        let table: &[Row] = &[
            ("a hint that nobody has set says nothing", |_| {}, (None, None)),
            ("a lock that has been used is open", |hints| hints.keeps_locked = true, (Some(false), None)),
            ("locked is locked", |hints| hints.locked = true, (Some(true), None)),
            ("a hint of idleness that has been used is over", |hints| hints.keeps_idle = true, (None, Some(false))),
            ("idle is idle", |hints| (hints.idle, hints.keeps_idle) = (true, true), (None, Some(true))),
            ("asked to lock is locked", |hints| hints.asked_to_lock = true, (Some(true), None)),
            ("behind another session is as good as locked", |hints| hints.in_front = false, (Some(true), None)),
            (
                "a terminal has no screen to be in front of",
                |hints| (hints.with_screen, hints.locked, hints.keeps_idle) = (false, true, true),
                (None, None),
            ),
        ];
        for (row, change, expected) in table {
            let mut hints = Hints { with_screen: true, in_front: true, ..Hints::default() };
            change(&mut hints);
            assert_eq!(hints.signs(), *expected, "{row}");
        }
    }
}
