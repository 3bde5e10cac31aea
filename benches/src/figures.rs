//! Medians and what a process uses.
//!
//! The invariant: read from the kernel, never guessed. What this is not: a profiler.

use anyhow::Context;
use std::time::{Duration, Instant};

/// All that was measured of one thing, in order.
#[derive(Default)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    /// How long it takes.
    pub(crate) fn time<T>(&mut self, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
        let start = Instant::now();
        let done = work()?;
        self.0.push(start.elapsed());
        Ok(done)
    }

    pub(crate) fn push(&mut self, sample: Duration) {
        self.0.push(sample);
    }

    pub(crate) fn median(&mut self) -> Duration {
        self.at(50)
    }

    pub(crate) fn p99(&mut self) -> Duration {
        self.at(99)
    }

    fn at(&mut self, percent: usize) -> Duration {
        self.0.sort_unstable();
        let last = self.0.len().saturating_sub(1);
        self.0.get((self.0.len() * percent / 100).min(last)).copied().unwrap_or_default()
    }
}

/// Takes turns, so that what disturbs one disturbs all.
pub(crate) fn in_turns<const N: usize>(
    rounds: usize,
    works: &mut [&mut dyn FnMut() -> anyhow::Result<()>; N],
) -> anyhow::Result<[Samples; N]> {
    let mut samples = std::array::from_fn(|_| Samples::default());
    for round in 0..rounds + rounds / 10 {
        for (work, samples) in works.iter_mut().zip(&mut samples) {
            // The first ones warm up.
            let mut first = Samples::default();
            let of = if round < rounds / 10 { &mut first } else { samples };
            of.time(work)?;
        }
    }
    Ok(samples)
}

/// What a process holds in memory, its share of what others use as well (KiB).
pub(crate) fn pss(pid: u32) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).context("no Pss here")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}

/// The process and all that it has started, and what those have.
pub(crate) fn family(pid: u32) -> anyhow::Result<Vec<u32>> {
    let mut all = vec![pid];
    let mut next = 0;
    while let Some(&parent) = all.get(next) {
        next += 1;
        // One that has ended meanwhile has no children any more.
        for task in std::fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten() {
            let children = std::fs::read_to_string(task?.path().join("children")).unwrap_or_default();
            for child in children.split_whitespace() {
                all.push(child.parse()?);
            }
        }
    }
    Ok(all)
}

/// What they hold together (KiB).
pub(crate) fn pss_of_all(pids: &[u32]) -> anyhow::Result<u64> {
    pids.iter().map(|&pid| pss(pid)).sum()
}

/// How often its threads have woken.
pub(crate) fn wake_ups(pid: u32) -> anyhow::Result<u64> {
    let mut all = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = std::fs::read_to_string(task?.path().join("status"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        all += line.context("no count here")?.trim().parse::<u64>()?;
    }
    Ok(all)
}

/// Microseconds, or milliseconds where there are many.
pub(crate) fn shown(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1_000.0 { format!("{micros:.0} us") } else { format!("{:.2} ms", micros / 1_000.0) }
}

pub(crate) fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(f64::EPSILON)
}
