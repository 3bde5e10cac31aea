//! Starts the programs that outlets name.
//!
//! The invariant: a program gets what it is given and nothing else of ours: no secret of our environment, no open file, no
//! terminal; and one whose time is over, or whom nobody waits for any more, is ended with everything it has started. What
//! this is not: a shell.

use async_trait::async_trait;
use daypass_login::inheritable;
use daypass_outlets::{Ended, Order, Run, Spawner};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, Command};

/// So much of a complaint is kept while it comes in: longer than any token, so that none is cut where it begins.
const COMPLAINT: usize = 32 * 1024;
/// What a program that has ended had written is there at once; something that it left running may hold the pipe open.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// On this computer.
pub(crate) struct Programs {
    /// Where they start, if it is there.
    pub(crate) folder: PathBuf,
}

#[async_trait]
impl Spawner for Programs {
    async fn run(&self, order: Order) -> std::io::Result<Run> {
        let mut child = self.command(&order).spawn()?;
        let group = Group::of(&child);
        let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
        let complaint = Arc::<Mutex<Vec<u8>>>::default();
        let mut listening = tokio::spawn(listen(stderr, complaint.clone()));
        let feeding = tokio::spawn(async move {
            if let Some(mut stdin) = stdin {
                // A program that does not want it has closed its end.
                let _ = stdin.write_all(&order.input).await;
            }
        });
        let ended = match tokio::time::timeout(order.limit, child.wait()).await {
            Ok(status) => {
                group.leave();
                of(status?)
            }
            Err(_) => {
                drop(group);
                let _ = child.kill().await;
                Ended::TooLate
            }
        };
        feeding.abort();
        if tokio::time::timeout(LAST_WORDS, &mut listening).await.is_err() {
            listening.abort();
        }
        let complaint = complaint.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Run { ended, complaint: String::from_utf8_lossy(&complaint).into_owned() })
    }
}

impl Programs {
    fn command(&self, order: &Order) -> Command {
        let mut command = Command::new(&order.program);
        command.args(&order.args).env_clear().envs(inheritable());
        command.envs(order.env.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        if self.folder.is_dir() {
            command.current_dir(&self.folder);
        }
        #[cfg(unix)]
        command.process_group(0);
        command
    }
}

/// Keeps the end of it, and takes all of it, so that the program never waits for a reader.
async fn listen(stderr: Option<ChildStderr>, into: Arc<Mutex<Vec<u8>>>) {
    let Some(mut stderr) = stderr else { return };
    let mut some = [0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut some).await {
        let mut kept = into.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&some[..count]);
        let over = kept.len().saturating_sub(COMPLAINT);
        kept.drain(..over);
    }
}

#[cfg(unix)]
fn of(status: ExitStatus) -> Ended {
    use std::os::unix::process::ExitStatusExt;
    status.code().map_or_else(|| Ended::Signal(status.signal().unwrap_or_default()), Ended::Status)
}

#[cfg(not(unix))]
fn of(status: ExitStatus) -> Ended {
    Ended::Status(status.code().unwrap_or(1))
}

/// The program and all that it has started; ended when this is dropped.
struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self { leader: id.and_then(rustix::process::Pid::from_raw) }
    }

    #[cfg(not(unix))]
    fn of(_child: &Child) -> Self {
        Self {}
    }

    /// It has ended by itself; what it has left running is meant to run on.
    #[cfg_attr(not(unix), allow(unused_mut, reason = "there is nothing to forget"))]
    fn leave(mut self) {
        #[cfg(unix)]
        self.leader.take();
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            // One that has just ended needs no signal any more.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
