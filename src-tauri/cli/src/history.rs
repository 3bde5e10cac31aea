//! `daypass history`: what happened, as lines for people, or as JSON and CSV for programs.
//!
//! The ledger is the owner's; here its answer is only written out. No secret is in it, by type.

use crate::verbs::println;
use chrono::{DateTime, Local, Utc};
use daypass_wiring::{AccountId, HistoryQuery, Moment};
use serde_json::Value;
use std::time::Duration;

/// What of it, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct History {
    /// Only this account
    account: Option<String>,
    /// How far back, such as 12h or 30days
    #[arg(long, default_value = "7days", value_parser = crate::args::span)]
    since: Duration,
    /// Only these happenings, with commas between them, such as signed_in,refused
    #[arg(long)]
    kind: Option<String>,
    /// At most so many lines
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Sums by day instead of lines
    #[arg(long, conflicts_with = "csv")]
    days: bool,
    /// Everything as JSON
    #[arg(long)]
    json: bool,
    /// Lines as CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

pub(crate) async fn history(args: History) -> anyhow::Result<()> {
    let client = daypass_wiring::connect().await?;
    let account =
        args.account.map(|account| AccountId::new(account.clone()).map_err(|_| crate::verbs::unknown(&account)));
    let now: Moment = client.snapshot().await?.now;
    let since = Some(now - chrono::Duration::from_std(args.since)?);
    let wanted = HistoryQuery {
        account: account.transpose()?,
        since,
        until: None,
        kinds: args.kind,
        limit: Some(args.limit),
        csv: args.csv,
    };
    let page = client.history(&wanted).await?;
    if args.json {
        return println(&serde_json::to_string_pretty(&page)?);
    }
    let lines = |name: &str| page[name].as_array().cloned().unwrap_or_default();
    if args.days {
        return lines("days").iter().try_for_each(|day| println(&day_line(day)));
    }
    if args.csv {
        return println(text(&page, "csv").trim_end());
    }
    let entries = lines("entries");
    if entries.is_empty() {
        return println("Nothing has happened in that time.");
    }
    entries.iter().rev().try_for_each(|entry| println(&line(entry)))?;
    match page["totals"]["sessions"].as_u64() {
        None | Some(0) => Ok(()),
        Some(_) => println(&totals(&page["totals"])),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn line(entry: &Value) -> String {
    let at = text(entry, "at").parse::<DateTime<Utc>>().map(|at| at.with_timezone(&Local).format("%d %b %H:%M:%S"));
    let at = at.map(|at| at.to_string()).unwrap_or_default();
    format!("{at}  {:<14} {}", text(entry, "account"), text(entry, "sentence"))
}

fn day_line(day: &Value) -> String {
    let number = |key: &str| day[key].as_u64().unwrap_or_default();
    format!(
        "{}  {:<10} sign-ins {} ({} failed)  renewals {} ({} failed)  checks {}  no answer {}  refusals {}  hand-outs {}",
        text(day, "day"),
        day["readiness"].as_str().unwrap_or("-").replace('_', " "),
        number("sign_ins"),
        number("sign_ins_failed"),
        number("renewals"),
        number("renewals_failed"),
        number("probes_valid"),
        number("probes_unknown"),
        number("refusals"),
        number("hand_outs"),
    )
}

fn totals(totals: &Value) -> String {
    let number = |key: &str| totals[key].as_u64().unwrap_or_default();
    format!("Ready at the open on {} of {} sessions.", number("sessions_ready"), number("sessions"))
}
