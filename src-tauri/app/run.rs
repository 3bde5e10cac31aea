//! Starts the desktop, keeps it in step with the program behind it, and ends both.
//!
//! Invariant: a desktop without a display, or a program that cannot start, is one sentence and exit code 1, never a
//! panic; and once it runs, it runs until somebody quits it, whatever becomes of windows, tray hosts and services. What
//! this is not: a place for words or decisions.

use crate::backend::notice::Telling;
use crate::backend::view::Snapshot;
use crate::backend::{self, Client, Current, Program};
use crate::clipboard::Lending;
use crate::notifier::{Notifier, notifier};
use crate::options::Options;
use crate::tray_icon::Tray;
use crate::window::ComesBack;
use crate::window::order::Order;
#[cfg(target_os = "linux")]
use crate::window::process::WindowProcess;
use crate::{acts, autostart, browser, commands, host, tray, window};
use chrono::Local;
use futures::StreamExt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tauri::{App, AppHandle, Builder, Context, Manager, RunEvent, Wry, async_runtime};
use tokio::sync::{mpsc, watch};

/// Times in the tray are minutes: with many accounts it is not written more often than this.
const SHORTEST_TICK: Duration = Duration::from_secs(20);
/// A panel that restarts is back by then; one that is not, is gone.
const HOST_GRACE: Duration = Duration::from_secs(10);
/// Between attempts to start again after a joined service has ended.
const RESTART_PAUSE: Duration = Duration::from_secs(5);

/// What ends the program behind the desktop, while there is one.
#[derive(Default)]
struct Behind(Mutex<Option<Program>>);

/// Runs the desktop until somebody quits it.
pub(crate) fn run(options: Options) -> ExitCode {
    if let Err(sentence) = display() {
        eprintln!("daypass-desktop: {sentence}");
        return ExitCode::FAILURE;
    }
    match build(options) {
        Ok(app) => match app.run_return(on_event) {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        },
        Err(error) => {
            eprintln!(
                "daypass-desktop: The desktop app could not start. Run `daypass serve` to do without it. ({error})"
            );
            ExitCode::FAILURE
        }
    }
}

/// The folder that holds everything, if the owner chose one.
pub(crate) fn home() -> Option<PathBuf> {
    std::env::var_os("DAYPASS_HOME").filter(|home| !home.is_empty()).map(PathBuf::from)
}

/// Asks the toolkit before Tauri does, which would panic.
#[cfg(target_os = "linux")]
pub(crate) fn display() -> Result<(), &'static str> {
    gtk::init().map_err(|_| "There is no display here. Run `daypass serve`: it does the same work without one.")
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn display() -> Result<(), &'static str> {
    Ok(())
}

fn build(options: Options) -> tauri::Result<App> {
    let again = |app: &AppHandle, _, _| window::order(app, Order::Show);
    let builder = with_windows().plugin(tauri_plugin_single_instance::init(again));
    #[cfg(not(target_os = "linux"))]
    let builder = builder.plugin(tauri_plugin_notification::init());
    #[cfg(target_os = "linux")]
    let builder = builder.manage(WindowProcess::default());
    builder
        .manage(Tray::default())
        .manage(Behind::default())
        .manage(commands::Quitting(0))
        .on_menu_event(|app, event| {
            if let Some(act) = app.state::<Tray>().act(event.id().as_ref()) {
                async_runtime::spawn(acts::act(app.clone(), act));
            }
        })
        .setup(move |app| {
            set_up(app.handle(), options);
            Ok(())
        })
        .build(context())
}

/// What every process has that may show windows.
pub(crate) fn with_windows() -> Builder<Wry> {
    let plugins = tauri::Builder::default().plugin(tauri_plugin_shell::init()).plugin(autostart::plugin());
    plugins.manage(Lending::default()).invoke_handler(commands::all())
}

/// The built-in page and settings.
pub(crate) fn context() -> Context {
    let mut context = tauri::generate_context!();
    if let Some(home) = home() {
        // Accounts for tests and for real money are kept apart by folder: neither may answer for the other.
        context.config_mut().identifier += &format!(".h{:016x}", fingerprint(&home));
    }
    context
}

fn set_up(app: &AppHandle, options: Options) {
    let (reactions, mut inbox) = mpsc::unbounded_channel();
    app.manage(Current::new(Arc::new(browser::Desktop { app: app.clone() })));
    app.manage::<Arc<dyn Notifier>>(notifier(app, reactions));
    let reacting = app.clone();
    async_runtime::spawn(async move {
        while let Some((account, reaction)) = inbox.recv().await {
            async_runtime::spawn(acts::react(reacting.clone(), account, reaction));
        }
    });
    let (tell, host) = watch::channel(false);
    let (asked, icon) = (host.clone(), app.clone());
    app.manage(ComesBack(Box::new(move || *asked.borrow() && icon.state::<Tray>().is_there())));
    async_runtime::spawn(host::watch(tell));
    #[cfg(target_os = "linux")]
    async_runtime::spawn(tell_windows(app.clone(), host.clone()));
    #[cfg(unix)]
    async_runtime::spawn(quit_on_signal(app.clone()));
    async_runtime::spawn(live(app.clone(), options, host));
}

/// Starts the program, follows it, and starts again when a joined service has ended.
async fn live(app: AppHandle, options: Options, host: watch::Receiver<bool>) {
    let mut started = false;
    loop {
        let opener = Arc::new(browser::Desktop { app: app.clone() });
        match backend::start(opener, options.practice).await {
            Ok(program) => {
                let client = program.client.clone();
                app.state::<Current>().put(Some(&program));
                #[cfg(target_os = "linux")]
                app.state::<WindowProcess>().around(|around| around.owns = program.owns);
                *behind(&app) = Some(program);
                if !std::mem::replace(&mut started, true) {
                    if !options.hidden {
                        window::order(&app, Order::Show);
                    }
                    async_runtime::spawn(stand_in(app.clone(), host.clone()));
                }
                follow(&app, client, host.clone()).await;
                app.state::<Current>().put(None);
                stop(&app).await;
            }
            Err(error) if !started => {
                eprintln!("daypass-desktop: {error:#}");
                return app.exit(1);
            }
            Err(error) => tracing::warn!(error = format!("{error:#}"), "Daypass could not be started again yet"),
        }
        tokio::time::sleep(RESTART_PAUSE).await;
    }
}

/// Keeps tray, windows and notifications in step, until the program ends.
async fn follow(app: &AppHandle, client: Arc<dyn Client>, mut host: watch::Receiver<bool>) {
    let (Ok(mut changes), Ok(mut tellings)) = (client.changes().await, client.tellings().await) else { return };
    let mut seen: Option<Snapshot> = None;
    loop {
        let tick = seen.as_ref().and_then(|seen| tray::until_change(seen, &Local)).and_then(|wait| wait.to_std().ok());
        tokio::select! {
            next = changes.next() => match next {
                Some(snapshot) => {
                    window::push(app, &snapshot);
                    seen = Some(snapshot);
                }
                None => return,
            },
            next = tellings.next() => match next {
                Some(telling) => tell(app, telling),
                None => return,
            },
            () = pause(tick), if tick.is_some() && *host.borrow() => match client.snapshot().await {
                Ok(snapshot) => seen = Some(snapshot),
                Err(error) => tracing::debug!(%error, "No snapshot for the tray"),
            },
            changed = host.changed() => if changed.is_err() { return },
        }
        if let Some(snapshot) = seen.as_ref().filter(|_| *host.borrow()) {
            show_tray(app, tray::model(snapshot, &Local));
        }
    }
}

async fn pause(tick: Option<Duration>) {
    tokio::time::sleep(tick.unwrap_or_default().max(SHORTEST_TICK)).await;
}

fn tell(app: &AppHandle, telling: Telling) {
    let notifier = app.state::<Arc<dyn Notifier>>();
    match telling {
        Telling::Show(notice) => notifier.show(&notice.account.clone(), notice),
        Telling::Withdraw { account } => notifier.withdraw(&account),
    }
}

fn show_tray(app: &AppHandle, model: tray::Model) {
    let handle = app.clone();
    let shown = app.run_on_main_thread(move || {
        if let Err(error) = handle.state::<Tray>().show(&handle, model) {
            tracing::warn!(%error, "The tray icon could not be shown; it is tried again when the desktop's tray changes");
        }
        #[cfg(target_os = "linux")]
        tell_icon(&handle);
    });
    if let Err(error) = shown {
        tracing::debug!(%error, "The event loop has ended");
    }
}

/// Windows of their own process hear of a tray host that comes or goes.
#[cfg(target_os = "linux")]
async fn tell_windows(app: AppHandle, mut host: watch::Receiver<bool>) {
    while host.changed().await.is_ok() {
        tell_icon(&app);
    }
}

#[cfg(target_os = "linux")]
fn tell_icon(app: &AppHandle) {
    let icon = (app.state::<ComesBack>().0)();
    app.state::<WindowProcess>().around(|around| around.icon = icon);
}

/// Opens the window where no tray is, and where one goes away and stays away.
async fn stand_in(app: AppHandle, mut host: watch::Receiver<bool>) {
    loop {
        let there = *host.borrow_and_update();
        if !there && tokio::time::timeout(HOST_GRACE, host.changed()).await.is_err() {
            window::order(&app, Order::StandIn);
            if host.changed().await.is_err() {
                return;
            }
        } else if there && host.changed().await.is_err() {
            return;
        }
    }
}

#[cfg(unix)]
pub(crate) async fn quit_on_signal(app: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut end), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return;
    };
    tokio::select! {
        _ = end.recv() => {}
        _ = interrupt.recv() => {}
    }
    app.exit(0);
}

fn on_event(app: &AppHandle, event: RunEvent) {
    match event {
        // The last window was closed: the tray stays.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::Exit => {
            app.state::<Lending>().take_back();
            #[cfg(target_os = "linux")]
            async_runtime::block_on(app.state::<WindowProcess>().end());
            async_runtime::block_on(stop(app));
        }
        _ => {}
    }
}

async fn stop(app: &AppHandle) {
    let program = behind(app).take();
    if let Some(program) = program {
        (program.stop)().await;
    }
}

fn behind(app: &AppHandle) -> std::sync::MutexGuard<'_, Option<Program>> {
    app.state::<Behind>().inner().0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A short name for a folder (FNV-1a): stable across runs and versions, which the standard hasher does not promise.
fn fingerprint(home: &std::path::Path) -> u64 {
    home.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
