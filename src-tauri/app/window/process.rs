//! The windows' own process: it begins with the first order and ends with its last window.
//!
//! A web view costs far more than the whole rest of the program, and most of that is not given back when its window is
//! closed. A process gives back everything. It is this very program once more, with `--window`, a client over the socket
//! like any other (`pane.rs` is its inside).
//!
//! Invariant: an order is carried out once, whether that process is just beginning, just ending, or cannot be had: then the
//! windows are opened here. What this is not: something that the windows ask; their questions go over the socket.

use super::carry_out;
use super::order::{Around, DONE, Line, NOBODY, Order, QUIT};
use crate::backend::inheritable;
use crate::options::WINDOW;
use crate::run::home;
use std::collections::VecDeque;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tauri::{AppHandle, async_runtime};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;

/// A process that was told to end takes its loan off the clipboard; it gets so long.
const ENDING: Duration = Duration::from_secs(3);
/// What it has said before its end is read by then. Its helpers may hold the line open.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The process of the moment, if there is one.
#[derive(Clone, Default)]
pub(crate) struct WindowProcess(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    around: Around,
    /// To the process that runs.
    lines: Option<mpsc::UnboundedSender<Line>>,
    /// Not answered yet, the oldest first.
    waiting: VecDeque<Order>,
    attending: Option<async_runtime::JoinHandle<()>>,
    /// The whole program ends.
    over: bool,
}

/// How a process has ended.
enum End {
    /// Its last window was closed.
    Closed,
    /// Somebody has pressed Quit.
    Quit,
    /// It never came to be, or broke off.
    Failed,
}

impl WindowProcess {
    /// Gives the order to the process; begins one if there is none.
    pub(super) fn take(&self, app: &AppHandle, order: Order) {
        let mut state = self.lock();
        if state.over {
            return;
        }
        state.waiting.push_back(order.clone());
        if let Some(lines) = &state.lines {
            let _ = lines.send(Line::Order(order));
            return;
        }
        let (lines, told) = mpsc::unbounded_channel();
        let _ = lines.send(Line::Around(state.around));
        for order in &state.waiting {
            let _ = lines.send(Line::Order(order.clone()));
        }
        state.lines = Some(lines);
        state.attending = Some(async_runtime::spawn(self.clone().attend(app.clone(), told)));
    }

    /// Passes on how things are now.
    pub(crate) fn around(&self, change: impl FnOnce(&mut Around)) {
        let mut state = self.lock();
        let before = state.around;
        change(&mut state.around);
        if state.around != before
            && let Some(lines) = &state.lines
        {
            let _ = lines.send(Line::Around(state.around));
        }
    }

    /// Ends the process, and waits for that. For the end of the program.
    pub(crate) async fn end(&self) {
        let attending = {
            let mut state = self.lock();
            state.over = true;
            state.lines = None;
            state.attending.take()
        };
        if let Some(mut attending) = attending
            && tokio::time::timeout(ENDING, &mut attending).await.is_err()
        {
            // The child ends with what waits for it.
            attending.abort();
        }
    }

    async fn attend(self, app: AppHandle, told: mpsc::UnboundedReceiver<Line>) {
        let end = match start() {
            Ok(child) => self.serve(child, told).await,
            Err(error) => {
                tracing::warn!(%error, "The windows have no process of their own; they are opened in the tray's");
                End::Failed
            }
        };
        let (left, over, icon) = {
            let mut state = self.lock();
            state.lines = None;
            (std::mem::take(&mut state.waiting), state.over, state.around.icon)
        };
        // Where no icon is, nothing else would bring a window back.
        let left = if left.is_empty() && !icon { [Order::StandIn].into() } else { left };
        match end {
            _ if over => {}
            End::Quit => app.exit(0),
            End::Closed => left.into_iter().for_each(|order| self.take(&app, order)),
            End::Failed => left.into_iter().for_each(|order| carry_out(&app, order, |_| {})),
        }
    }

    async fn serve(&self, mut child: Child, mut told: mpsc::UnboundedReceiver<Line>) -> End {
        let Some((ears, mut done, log)) = pipes(&mut child) else { return End::Failed };
        // By itself: a process that cannot write its log stands still.
        async_runtime::spawn(write_down(log));
        // It ends when they are shut.
        let mut ears = Some(ears);
        let status = loop {
            tokio::select! {
                line = told.recv(), if ears.is_some() => match line {
                    Some(line) => if let Some(ears) = &mut ears {
                        // One that cannot be told any more has ended.
                        let _ = tell(ears, &line).await;
                    },
                    None => ears = None,
                },
                Ok(Some(line)) = done.next_line() => self.answered(&line),
                status = child.wait() => break status,
            }
        };
        let rest = async {
            while let Ok(Some(line)) = done.next_line().await {
                self.answered(&line);
            }
        };
        let _ = tokio::time::timeout(LAST_WORDS, rest).await;
        how(&status)
    }

    fn answered(&self, line: &str) {
        if line == DONE {
            self.lock().waiting.pop_front();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether WebKit leaves the graphics card alone. A window of text and a few bars is drawn sooner without it, and holds
/// a quarter less memory; some cards' drivers leave it white.
const NO_CARD: (&str, &str) = ("WEBKIT_DISABLE_DMABUF_RENDERER", "1");

fn start() -> std::io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    // It asks over the socket: no secret of the environment is its business.
    command.arg(WINDOW).env_clear().envs([NO_CARD]).envs(inheritable()).envs(home().map(|home| ("DAYPASS_HOME", home)));
    command.kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

type Pipes = (ChildStdin, Lines<BufReader<ChildStdout>>, BufReader<ChildStderr>);

fn pipes(child: &mut Child) -> Option<Pipes> {
    let done = BufReader::new(child.stdout.take()?).lines();
    Some((child.stdin.take()?, done, BufReader::new(child.stderr.take()?)))
}

/// What the process says goes into the log, whatever bytes it is.
async fn write_down(mut log: BufReader<ChildStderr>) {
    let mut line = Vec::new();
    while log.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
        tracing::info!("Window: {}", String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

async fn tell(ears: &mut ChildStdin, line: &Line) -> std::io::Result<()> {
    let mut text = serde_json::to_string(line)?;
    text.push('\n');
    ears.write_all(text.as_bytes()).await
}

fn how(status: &std::io::Result<ExitStatus>) -> End {
    let code = status.as_ref().ok().and_then(ExitStatus::code);
    match code {
        Some(0) => End::Closed,
        Some(code) if code == i32::from(QUIT) => End::Quit,
        Some(code) if code == i32::from(NOBODY) => End::Failed,
        _ => {
            tracing::warn!(?status, "The windows' process broke off");
            End::Failed
        }
    }
}
