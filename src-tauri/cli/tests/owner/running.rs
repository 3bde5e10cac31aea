//! Programs under `daypass`, and how they look from outside.
//!
//! The invariant: they end with the test. What this is not: a test.

use super::broker::{Broker, signed_in};
use super::command;
use super::service::{Service, tell, write_config};
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};

/// Everything that a rotation needs, signed in once.
pub(crate) fn house() -> (tempfile::TempDir, Broker, Service) {
    house_with("")
}

/// The same with more lines about the account.
pub(crate) fn house_with(settings: &str) -> (tempfile::TempDir, Broker, Service) {
    let home = tempfile::tempdir().expect("a folder");
    let broker = Broker::start(home.path());
    let config = write_config(home.path()).file;
    let all = std::fs::read_to_string(&config).expect("a file") + settings;
    std::fs::write(config, all).expect("a file");
    let service = broker.serve(home.path());
    signed_in(home.path());
    (home, broker, service)
}

/// Ends with the test, and so does what it runs: a signal that cannot be caught could not be passed on.
pub(crate) struct Running(pub(crate) Child, PathBuf);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.1);
        if let Ok(None) = self.0.try_wait() {
            tell(&self.0, "TERM");
        }
        let _ = self.0.wait();
    }
}

pub(crate) fn start(home: &Path, args: &[&str]) -> Running {
    let mut command = command(home, args);
    // The programs below need their tools.
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    run(home, command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()))
}

pub(crate) fn run(home: &Path, command: &mut std::process::Command) -> Running {
    let alive = home.join("alive");
    std::fs::write(&alive, "").expect("a file");
    Running(command.spawn().expect("it runs"), alive)
}

pub(crate) fn lines(running: &mut Running) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(running.0.stdout.take().expect("a pipe")).lines()
}

/// The lines of a file that a program writes.
pub(crate) fn written(file: &Path) -> Vec<String> {
    std::fs::read_to_string(file).unwrap_or_default().lines().map(Into::into).collect()
}

/// A process, as the system lists it.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) state: char,
    pub(crate) parent: u32,
    pub(crate) group: u32,
    /// Which group has its terminal.
    pub(crate) has_terminal: i64,
}

/// Unless it has ended, even if nobody has asked how.
pub(crate) fn look(pid: u32) -> Option<Process> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let process = Process {
        state: fields[0].chars().next()?,
        parent: fields[1].parse().ok()?,
        group: fields[2].parse().ok()?,
        has_terminal: fields[5].parse().ok()?,
    };
    (!['Z', 'X'].contains(&process.state)).then_some(process)
}

/// How many processes a group has.
pub(crate) fn members(group: u32) -> usize {
    processes().filter(|(_, process)| process.group == group).count()
}

/// The command lines of a program and of what it has started.
pub(crate) fn command_lines(pid: u32) -> Vec<String> {
    let family = processes().filter(|(child, process)| *child == pid || process.parent == pid);
    family.filter_map(|(pid, _)| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()).collect()
}

fn processes() -> impl Iterator<Item = (u32, Process)> {
    let all = std::fs::read_dir("/proc").expect("the processes").flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| Some((pid, look(pid)?)))
}

/// The process numbers that a program has written, once there are so many.
pub(crate) fn pids(file: &Path, count: usize) -> Vec<u32> {
    super::wait("it has been started", || written(file).len() >= count);
    written(file).iter().map(|line| line.parse().expect("a number")).collect()
}
