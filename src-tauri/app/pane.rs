//! The inside of the windows' own process: windows and their commands, and nothing that outlives them.
//!
//! Invariant: it ends with its last window, as soon as no secret of it is on the clipboard, and at once with the program
//! that has started it. What this is not: a second Daypass: no tray, no notifications, no manager, and no second lock; it is
//! a client over the socket.

use crate::backend::{self, Current, Program};
use crate::browser;
use crate::clipboard::Lending;
use crate::commands::Quitting;
use crate::run::{context, display, quit_on_signal, with_windows};
use crate::window::order::{Around, DONE, Line, NOBODY, QUIT};
use crate::window::{self, ComesBack};
use futures::StreamExt;
use std::io::BufRead;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tauri::{App, AppHandle, Manager, RunEvent, async_runtime};
use tokio::sync::watch;

/// Between two looks for a program that is being started again.
const PAUSE: Duration = Duration::from_secs(1);

type Joined = Arc<dyn backend::Client>;

/// Shows windows as long as there are any.
pub(crate) fn run() -> ExitCode {
    backend::log();
    let Ok(client) = async_runtime::block_on(backend::join()) else { return ExitCode::from(NOBODY) };
    if let Err(sentence) = display() {
        tracing::error!("{sentence}");
        return ExitCode::FAILURE;
    }
    match build(client) {
        Ok(app) => u8::try_from(app.run_return(on_event)).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => {
            tracing::error!(%error, "The windows could not be prepared");
            ExitCode::FAILURE
        }
    }
}

fn build(client: Joined) -> tauri::Result<App> {
    let set_up = move |app: &mut App| {
        set_up(app.handle(), client);
        Ok(())
    };
    with_windows().manage(Quitting(QUIT)).setup(set_up).build(context())
}

fn set_up(app: &AppHandle, client: Joined) {
    let (tell, around) = watch::channel(Around::default());
    let asked = around.clone();
    app.manage(ComesBack(Box::new(move || asked.borrow().icon)));
    app.manage(Current::new(Arc::new(browser::Desktop { app: app.clone() })));
    put(app, Some(&client), *around.borrow());
    let listening = app.clone();
    std::thread::spawn(move || listen(&listening, &tell));
    async_runtime::spawn(quit_on_signal(app.clone()));
    async_runtime::spawn(live(app.clone(), client, around));
}

/// Does as it is told, until whoever told it is gone.
fn listen(app: &AppHandle, tell: &watch::Sender<Around>) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(Line::Order(order)) => {
                let handle = app.clone();
                window::carry_out(app, order, move |is_there| answer(&handle, is_there));
            }
            Ok(Line::Around(around)) => {
                let before = tell.send_replace(around);
                if before.icon && !around.icon {
                    tracing::info!("No icon brings a closed window back any more");
                }
            }
            Err(error) => tracing::warn!(%error, "A line was not understood"),
        }
    }
    app.exit(0);
}

/// An order that left no window cannot be done here: whoever gave it opens the window itself.
fn answer(app: &AppHandle, is_there: bool) {
    if is_there || app.state::<Lending>().is_held() {
        println!("{DONE}");
    } else {
        app.exit(NOBODY.into());
    }
}

/// Keeps the windows in step, and looks for the program again where it is started again.
async fn live(app: AppHandle, mut client: Joined, mut around: watch::Receiver<Around>) {
    loop {
        follow(&app, &client, &mut around).await;
        put(&app, None, Around::default());
        client = loop {
            tokio::time::sleep(PAUSE).await;
            if let Ok(client) = backend::join().await {
                break client;
            }
        };
        put(&app, Some(&client), *around.borrow_and_update());
    }
}

async fn follow(app: &AppHandle, client: &Joined, around: &mut watch::Receiver<Around>) {
    let Ok(mut changes) = client.changes().await else { return };
    loop {
        tokio::select! {
            next = changes.next() => match next {
                Some(snapshot) => window::push(app, &snapshot),
                None => return,
            },
            Ok(()) = around.changed() => put(app, Some(client), *around.borrow_and_update()),
        }
    }
}

fn put(app: &AppHandle, client: Option<&Joined>, around: Around) {
    let program = client.map(|client| Program {
        client: client.clone(),
        owns: around.owns,
        stop: Box::new(|| Box::pin(async {})),
    });
    app.state::<Current>().put(program.as_ref());
}

fn on_event(app: &AppHandle, event: RunEvent) {
    match event {
        RunEvent::ExitRequested { code: None, api, .. } if app.state::<Lending>().is_held() => {
            api.prevent_exit();
            async_runtime::spawn(end_without_loan(app.clone()));
        }
        RunEvent::Exit => app.state::<Lending>().take_back(),
        _ => {}
    }
}

/// What is on the clipboard lives in this process: somebody closed the window in order to paste it.
async fn end_without_loan(app: AppHandle) {
    let lending = app.state::<Lending>().inner().clone();
    lending.released().await;
    if app.webview_windows().is_empty() {
        app.exit(0);
    }
}
