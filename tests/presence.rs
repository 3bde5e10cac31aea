//! Whether somebody is there changes what happens: a screen saver on the bus says so, and the program is read back from
//! the bus and from what it opened.
//!
//! Invariant: a browser opens by itself only for somebody who is there; anybody else finds a notification. What this is
//! not: how presence is made out; that is beside the watching.
#![cfg(target_os = "linux")]
#![allow(missing_docs, reason = "the interface macro makes methods of its own, and gives them none")]

#[path = "desktop/mod.rs"]
mod desktop;

use desktop::window::Window;
use desktop::world::World;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use zbus::object_server::SignalEmitter;

/// A person is asked 8 s before the end; half of the life is for signing in.
const LIFE: &str = "24s";
const SETTINGS: &str = "\
green_above_hours: 0.0055
red_below_hours: 0.0003
lead_minutes: 0.1334
open_browser: auto
";

#[tokio::test]
async fn a_browser_opens_by_itself_only_for_somebody_who_is_there() -> anyhow::Result<()> {
    let world = World::new(LIFE, SETTINGS).await?;
    let mut notices = world.desktop.notices().await?;
    let saver = Saver::start(&world.desktop.bus).await?;
    let window = world.app(&[]).await?;

    saver.lock(true).await?;
    sign_in(&world, &window, 1).await?;
    notices.shown("Upstox ends in").await?;
    assert_eq!(world.desktop.opened().len(), 1, "locked: a notification waits, and no tab");

    saver.lock(false).await?;
    sign_in(&world, &window, 2).await?;
    let by_itself = world.desktop.opens(3).await?;
    // Idle from here on: the next time nobody sits there, although the screen is open.
    saver.idle(3_600).await?;
    world.approve(&by_itself).await?;
    notices.shown("is signed in").await?;
    notices.shown("Upstox ends in").await?;
    assert_eq!(world.desktop.opened().len(), 3, "idle: a notification waits, and no tab");
    window.end().await
}

async fn sign_in(world: &World, window: &Window, tabs: usize) -> anyhow::Result<()> {
    window.press("Sign in").await?;
    let address = world.desktop.opens(tabs).await?;
    world.approve(&address).await.map(drop)
}

/// A screen saver of our own, on the desktop's bus.
struct Saver {
    bus: zbus::Connection,
}

const PATH: &str = "/org/freedesktop/ScreenSaver";

#[derive(Default)]
struct State {
    locked: AtomicBool,
    idle_seconds: AtomicU32,
}

#[zbus::interface(name = "org.freedesktop.ScreenSaver")]
impl State {
    fn get_active(&self) -> bool {
        self.locked.load(Ordering::Relaxed)
    }

    fn get_session_idle_time(&self) -> u32 {
        self.idle_seconds.load(Ordering::Relaxed)
    }

    #[zbus(signal)]
    async fn active_changed(emitter: &SignalEmitter<'_>, active: bool) -> zbus::Result<()>;
}

impl Saver {
    async fn start(bus: &zbus::Connection) -> anyhow::Result<Self> {
        bus.object_server().at(PATH, State::default()).await?;
        bus.request_name("org.freedesktop.ScreenSaver").await?;
        Ok(Self { bus: bus.clone() })
    }

    async fn lock(&self, locked: bool) -> anyhow::Result<()> {
        let state = self.bus.object_server().interface::<_, State>(PATH).await?;
        state.get().await.locked.store(locked, Ordering::Relaxed);
        Ok(State::active_changed(state.signal_emitter(), locked).await?)
    }

    async fn idle(&self, seconds: u32) -> anyhow::Result<()> {
        let state = self.bus.object_server().interface::<_, State>(PATH).await?;
        state.get().await.idle_seconds.store(seconds, Ordering::Relaxed);
        Ok(())
    }
}
