//! What the service costs while nothing happens, and how soon it is there.
//!
//! The invariant: it is measured after it has come to rest. What this is not: a leak test.

use super::Row;
use crate::figures::{Samples, pss, shown, wake_ups as count};
use crate::world::World;
use std::process::Stdio;
use std::time::Duration;

/// The calendar, the vault and the first looks are over by then.
const SETTLING: Duration = Duration::from_secs(8);
/// Connections that nobody uses any more are closed by then.
const REST: Duration = Duration::from_secs(45);
const MINUTE: Duration = Duration::from_secs(60);
const STARTS: usize = 11;

/// Memory with one account, with a hundred, with ten thousand.
pub(super) fn memory() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut least = 0;
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
            beside: if accounts == 1 { "pizauth 5.3 MiB".into() } else { format!("{each:.2} KiB per further account") },
            ratio: None,
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
    std::thread::sleep(REST);
    let before = count(service.id())?;
    std::thread::sleep(MINUTE);
    let woken = count(service.id())? - before;
    Ok(vec![Row {
        work: "`daypass serve` idle, wake-ups in 60 s".into(),
        measured: woken.to_string(),
        beside: "pizauth 2, oidc-agent 0".into(),
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
            beside: if accounts == 1 { "pizauth 4.1 ms".into() } else { "pizauth 11.4 ms".into() },
            ratio: None,
            goal,
        });
    }
    Ok(rows)
}
