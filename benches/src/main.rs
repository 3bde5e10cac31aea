//! `make bench`: Daypass beside its peers and beside the least that the work can cost, as ratios in one run.
//!
//! Machines are noisy and differ, so that a row is always a comparison: what is compared takes turns, and medians are
//! printed. The invariant: nothing is asserted, and whatever was started ends with the run. What this is not: a test.
#![allow(clippy::disallowed_methods, reason = "it measures time")]

mod figures;
mod line;
mod rows;
mod world;

use rows::Row;

/// Figures of peers that cannot be installed here, or that need an account with a real provider.
const QUOTED: &str = "Measured on a machine of this kind with release builds: pizauth show 2.0 x nop and oidc-token 2.1 x nop; \
                      55 to 68 us for pizauth's socket; 5.3 MiB and 2 wake-ups idle; 4.1 ms from spawn to first answer \
                      (11.4 ms with 100 accounts).";

fn main() -> anyhow::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    println!("| work | measured | beside | ratio | to reach |");
    println!("|---|---|---|---|---|");
    for (name, row) in rows::all() {
        if !wanted.is_empty() && !wanted.iter().any(|text| name.contains(text.as_str())) {
            continue;
        }
        match row() {
            Ok(found) => found.iter().for_each(Row::print),
            Err(error) => println!("| {name} | - | {error:#} | | |"),
        }
    }
    println!("\n(*) {QUOTED}");
    Ok(())
}
