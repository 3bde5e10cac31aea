//! GNOME's idle monitor: it announces that nobody has touched anything for a while, and that somebody does again.
//!
//! The invariant: it wakes us twice per absence, never in between. What this is not: about the lock; the screen saver
//! says that.

use super::IDLE_AFTER;
use super::peer::{Object, Peer, with_each_owner};
use crate::board::Board;
use crate::signs::Witness;
use futures::StreamExt;
use zbus::Connection;

const NAME: &str = "org.gnome.Mutter.IdleMonitor";
/// The monitor of all devices together.
const CORE: Object<'_> = Object { path: "/org/gnome/Mutter/IdleMonitor/Core", interface: NAME };

/// Watches it while it is there. Ends with the bus.
pub(crate) async fn watch(connection: &Connection, board: &Board) {
    let work = async |peer: &Peer<'_>| follow(peer, board).await;
    with_each_owner(connection, NAME, work, || board.forget(Witness::IdleMonitor)).await;
}

async fn follow(peer: &Peer<'_>, board: &Board) -> zbus::Result<()> {
    let limit = u64::try_from(IDLE_AFTER.as_millis()).unwrap_or(u64::MAX);
    let mut fired = peer.signals(CORE, "WatchFired").await?;
    let went: u32 = peer.call(CORE, "AddIdleWatch", &limit).await?;
    let idle_for: u64 = peer.call(CORE, "GetIdletime", &()).await?;
    let mut came = None;
    if idle_for >= limit {
        came = Some(someone_comes(peer).await?);
    }
    board.idle(Witness::IdleMonitor, Some(came.is_some()));
    while let Some(Ok(signal)) = fired.next().await {
        let watch: u32 = signal.body().deserialize()?;
        if Some(watch) == came {
            // The monitor removes this kind of watch when it has fired.
            came = None;
        } else if watch == went && came.is_none() {
            came = Some(someone_comes(peer).await?);
        }
        board.idle(Witness::IdleMonitor, Some(came.is_some()));
    }
    Ok(())
}

async fn someone_comes(peer: &Peer<'_>) -> zbus::Result<u32> {
    peer.call(CORE, "AddUserActiveWatch", &()).await
}
