//! Whether this desktop shows tray icons.
//!
//! Invariant: whoever listens hears the answer of now first, and every change of it afterwards; nothing polls. What this
//! is not: the icon. An icon that was shown once registers itself again with a restarted host; this is for the first one,
//! and for knowing when to open the window instead.

use tokio::sync::watch;

#[cfg(target_os = "linux")]
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// Follows the desktop until nobody listens any more.
#[cfg(target_os = "linux")]
pub(crate) async fn watch(tell: watch::Sender<bool>) {
    if let Err(error) = follow(&tell).await {
        tracing::warn!(%error, "No session bus: no tray icon, the window is used instead");
        tell.send_replace(false);
        tell.closed().await;
    }
}

/// Everywhere else the tray belongs to the desktop.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn watch(tell: watch::Sender<bool>) {
    tell.send_replace(true);
    tell.closed().await;
}

#[cfg(target_os = "linux")]
async fn follow(tell: &watch::Sender<bool>) -> zbus::Result<()> {
    use futures::StreamExt;

    let bus = zbus::Connection::session().await?;
    let names = zbus::fdo::DBusProxy::new(&bus).await?;
    let watcher: zbus::Proxy<'_> = zbus::proxy::Builder::new(&bus)
        .destination(WATCHER)?
        .path("/StatusNotifierWatcher")?
        .interface(WATCHER)?
        // The watcher's own cache would start it by a property call where it can be activated.
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
        .await?;
    let owners = names.receive_name_owner_changed_with_args(&[(0, WATCHER)]).await?.map(|_| ());
    let arrivals = watcher.receive_signal("StatusNotifierHostRegistered").await?.map(|_| ());
    let departures = watcher.receive_signal("StatusNotifierHostUnregistered").await?.map(|_| ());
    let mut changes = futures::stream::select(owners, futures::stream::select(arrivals, departures));
    loop {
        let there = has_host(&names, &watcher).await;
        if tell.send_replace(there) != there {
            tracing::info!("{}", if there { "A tray host is there" } else { "The tray host is gone" });
        }
        tokio::select! {
            change = changes.next() => if change.is_none() { return Ok(()) },
            () = tell.closed() => return Ok(()),
        }
    }
}

/// A watcher without a host keeps a list that nobody draws.
#[cfg(target_os = "linux")]
async fn has_host(names: &zbus::fdo::DBusProxy<'_>, watcher: &zbus::Proxy<'_>) -> bool {
    let name = zbus::names::BusName::from_static_str(WATCHER).expect("the name is well-formed");
    names.name_has_owner(name).await.unwrap_or(false)
        && watcher.get_property::<bool>("IsStatusNotifierHostRegistered").await.unwrap_or(false)
}
