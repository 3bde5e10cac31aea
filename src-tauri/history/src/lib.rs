//! The ledger and its sums: what happened to each account, kept for years in one SQLite file.
//!
//! The invariant: what [`Ledger::append`] acknowledged is never deleted except by [`Ledger::prune`] and
//! [`Ledger::forget`], whatever happens to the file; one that cannot be used is put aside under a new name. What this
//! part is not: it decides nothing, and nothing is decided from it; a ledger that fails costs a trader nothing but a
//! sentence.
//!
//! Everything here blocks (disk) and belongs on a blocking thread. A [`Ledger`] is shared behind an `Arc`: it writes
//! through one connection and reads through another, so a long read delays no append.

pub mod error;
pub mod export;
pub mod filter;
pub mod page;
pub mod strips;
pub mod sums;
pub mod takers;

mod aside;
mod holding;
mod ledger;
mod reading;
mod schema;
mod verdicts;

pub use error::LedgerError;
pub use export::{csv, json};
pub use filter::Filter;
pub use ledger::{FILE, Ledger, kept_since};
pub use page::{History, HistoryLine};
pub use strips::{Held, Stretch, Strip};
pub use sums::{Counts, DaySum, Totals};
pub use takers::BotSum;
