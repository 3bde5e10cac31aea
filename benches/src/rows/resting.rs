//! What the service costs while nothing happens, and how soon it is there.
//!
//! The invariant: it is measured after it has come to rest. What this is not: a leak test.

use super::Row;
use crate::figures::{Samples, family, pss, pss_of_all, shown, wake_ups as count};
use crate::world::{Ended, World};
use anyhow::bail;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The calendar, the vault and the first looks are over by then.
const SETTLING: Duration = Duration::from_secs(8);
/// Connections that nobody uses any more are closed by then.
const REST: Duration = Duration::from_secs(45);
const MINUTE: Duration = Duration::from_secs(60);
const STARTS: usize = 11;

/// An agent of the same kind, from Debian: it keeps OpenID tokens, sealed, and hands them out over a socket.
struct Agent {
    _own: Ended,
    /// It seals in a process of its own, which ends with it.
    all: Vec<u32>,
}

impl Agent {
    fn start(world: &World) -> anyhow::Result<Self> {
        let socket = world.home.path().join("agent.sock");
        let mut command = Command::new("oidc-agent");
        command.arg("--console").arg("-a").arg(&socket).env("HOME", world.home.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let own = Ended::start(&mut command)?;
        let start = Instant::now();
        while !socket.exists() {
            if start.elapsed() > SETTLING {
                bail!("oidc-agent has no socket");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let all = family(own.id())?;
        Ok(Self { _own: own, all })
    }

    fn pss(&self) -> anyhow::Result<u64> {
        pss_of_all(&self.all)
    }

    fn wake_ups(&self) -> anyhow::Result<u64> {
        self.all.iter().map(|&pid| count(pid)).sum()
    }
}

/// Memory with one account, with a hundred, with ten thousand.
pub(super) fn memory() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut least = 0;
    let agent = {
        let world = World::new(1)?;
        let agent = Agent::start(&world)?;
        std::thread::sleep(SETTLING);
        agent.pss()?
    };
    for accounts in [1, 100, 10_000] {
        let world = World::new(accounts)?;
        let service = world.serve()?;
        std::thread::sleep(SETTLING);
        let kib = pss(service.id())?;
        least = if accounts == 1 { kib } else { least };
        let each = (kib.saturating_sub(least)) as f64 / (accounts.max(2) - 1) as f64;
        rows.push(Row {
            work: format!("`daypass serve` idle, {accounts} account{}", if accounts == 1 { "" } else { "s" }),
            measured: format!("{:.1} MiB", kib as f64 / 1024.0),
            beside: if accounts == 1 {
                format!("oidc-agent, no account {:.1} MiB, pizauth (*) 5.3 MiB", agent as f64 / 1024.0)
            } else {
                format!("{each:.2} KiB per further account")
            },
            ratio: (accounts == 1).then(|| kib as f64 / agent as f64),
            goal: if accounts == 1 { "at most 8 MiB" } else { "at most 2 KiB per further account" },
        });
    }
    Ok(rows)
}

/// How often it wakes in a minute.
pub(super) fn wake_ups() -> anyhow::Result<Vec<Row>> {
    let world = World::new(1)?;
    let service = world.serve()?;
    world.sign_in()?;
    let agent = Agent::start(&world)?;
    std::thread::sleep(REST);
    let (before, agent_before) = (count(service.id())?, agent.wake_ups()?);
    std::thread::sleep(MINUTE);
    let (woken, agent) = (count(service.id())? - before, agent.wake_ups()? - agent_before);
    Ok(vec![Row {
        work: "`daypass serve` idle, wake-ups in 60 s".into(),
        measured: woken.to_string(),
        beside: format!("oidc-agent {agent}, pizauth (*) 2"),
        ratio: None,
        goal: "at most 2",
    }])
}

/// From the process to its first answer.
pub(super) fn start() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (accounts, goal) in [(1, "at most 10 ms"), (100, "at most 25 ms")] {
        let world = World::new(accounts)?;
        let mut samples = Samples::default();
        for _ in 0..STARTS {
            let mut command = world.command(&["serve"]);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = samples.time(|| {
                let child = command.spawn()?;
                world.first_answer()?;
                Ok(child)
            })?;
            let _ = child.kill();
            child.wait()?;
        }
        rows.push(Row {
            work: format!(
                "`daypass serve`, spawn to first answer, {accounts} account{}",
                if accounts == 1 { "" } else { "s" }
            ),
            measured: shown(samples.median()),
            beside: if accounts == 1 { "pizauth (*) 4.1 ms".into() } else { "pizauth (*) 11.4 ms".into() },
            ratio: None,
            goal,
        });
    }
    Ok(rows)
}
