//! Screen savers: whether the screen is covered, and, when asked, for how long nobody has touched anything.
//!
//! The invariant: idle time is asked for only when somebody asks who is there; it is not announced, and polling costs
//! wake-ups. What this is not: a way to lock the screen or to keep it on.

use super::IDLE_AFTER;
use super::peer::{Object, Peer, with_each_owner};
use crate::board::Board;
use crate::signs::Witness;
use async_io::Timer;
use futures::StreamExt;
use futures::future::{Either, join_all, select};
use std::pin::pin;
use std::time::Duration;
use zbus::Connection;

/// Name and path of every screen saver that speaks the common language; the interface is called like the name.
const ALL: [Object<'static>; 5] = [
    Object { path: "/org/freedesktop/ScreenSaver", interface: "org.freedesktop.ScreenSaver" },
    Object { path: "/org/gnome/ScreenSaver", interface: "org.gnome.ScreenSaver" },
    Object { path: "/org/xfce/ScreenSaver", interface: "org.xfce.ScreenSaver" },
    Object { path: "/org/mate/ScreenSaver", interface: "org.mate.ScreenSaver" },
    Object { path: "/org/cinnamon/ScreenSaver", interface: "org.cinnamon.ScreenSaver" },
];
/// Whoever has this name too counts idle time in milliseconds, against the agreement.
const KDE: &str = "org.kde.screensaver";

/// How long one of them may think about a question: a person who has just clicked waits for it.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// Watches all of them, whichever is there. Ends with the bus.
pub(crate) async fn watch_all(connection: &Connection, board: &Board) {
    join_all(ALL.map(async |saver| {
        let witness = Witness::ScreenSaver(saver.interface);
        let work = async |peer: &Peer<'_>| watch(peer, saver, board).await;
        with_each_owner(connection, saver.interface, work, || board.forget(witness)).await;
    }))
    .await;
}

async fn watch(peer: &Peer<'_>, saver: Object<'static>, board: &Board) -> zbus::Result<()> {
    let witness = Witness::ScreenSaver(saver.interface);
    // They do not agree on the path that they send from.
    let mut changes = peer.signals_anywhere(saver.interface, "ActiveChanged").await?;
    // One that cannot say it now may still announce it.
    board.locked(witness, peer.call(saver, "GetActive", &()).await.ok());
    while let Some(Ok(change)) = changes.next().await {
        board.locked(witness, Some(change.body().deserialize()?));
    }
    Ok(())
}

/// What those say that are there and know for how long nobody has touched anything.
pub(crate) async fn ask_all(connection: &Connection) -> Vec<(Witness, bool)> {
    let asked = ALL.map(async |saver| {
        let answering = pin!(ask(connection, saver));
        match select(answering, Timer::after(ANSWER_LIMIT)).await {
            Either::Left((idle, _)) => Some((Witness::ScreenSaver(saver.interface), idle?)),
            Either::Right(_) => None,
        }
    });
    join_all(asked).await.into_iter().flatten().collect()
}

async fn ask(connection: &Connection, saver: Object<'_>) -> Option<bool> {
    let peer = Peer::find(connection, saver.interface).await.ok()??;
    let time: u32 = peer.call(saver, "GetSessionIdleTime", &()).await.ok()?;
    let unit = if peer.is(KDE).await { Duration::from_millis(1) } else { Duration::from_secs(1) };
    Some(unit.saturating_mul(time) >= IDLE_AFTER)
}
