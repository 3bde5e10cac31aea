//! How an account looks in a terminal: one aligned line each, the shape before the colour, and a word with both.

use chrono::{DateTime, Local, Utc};
use daypass_wiring::domain::span;
use daypass_wiring::view::{AccountView, NextStep, Standing};
use std::io::{IsTerminal, Write};

/// Writes one line for each account.
pub(crate) fn accounts(accounts: &[&AccountView], now: DateTime<Utc>) -> std::io::Result<()> {
    // An empty NO_COLOR says nothing, by its own rules.
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colours = std::io::stdout().is_terminal() && !plain;
    let width = |text: fn(&AccountView) -> &str| accounts.iter().map(|a| text(a).chars().count()).max().unwrap_or(0);
    let (ids, labels) = (width(|a| &a.id), width(|a| &a.label));
    let mut out = std::io::stdout().lock();
    for account in accounts {
        let (shape, word, colour) = look(account.standing);
        let (on, off) = if colours { (colour, "\x1b[0m") } else { ("", "") };
        let (id, label, left) = (&account.id, &account.label, left(account, now));
        writeln!(
            out,
            "{on}{shape}{off} {id:ids$}  {label:labels$}  {on}{word:<20}{off}  {left:<14}  {}",
            next(account, now)
        )?;
    }
    Ok(())
}

fn look(standing: Standing) -> (&'static str, &'static str, &'static str) {
    const GREEN: &str = "\x1b[32m";
    const ORANGE: &str = "\x1b[33m";
    const RED: &str = "\x1b[31m";
    const PLAIN: &str = "\x1b[36m";
    match standing {
        Standing::Valid => ("●", "Valid", GREEN),
        Standing::EndsSoon => ("◷", "Ends soon", ORANGE),
        Standing::LastHour => ("▲", "Last hour", RED),
        Standing::Expired => ("✗", "Expired", RED),
        Standing::EndedEarly => ("✗", "Ended early", RED),
        Standing::NotVerified => ("◇", "Not verified", PLAIN),
        Standing::Working => ("↻", "Working", PLAIN),
        Standing::SignedOut => ("○", "Signed out", PLAIN),
        Standing::Paused => ("∥", "Paused", PLAIN),
    }
}

fn left(account: &AccountView, now: DateTime<Utc>) -> String {
    match (account.valid, account.held_until) {
        (true, Some(end)) => format!("{} left", span(end - now)),
        (true, None) => "no known end".into(),
        (false, _) => account.ended_at.map_or_else(String::new, |at| format!("{} ago", span(now - at))),
    }
}

fn next(account: &AccountView, now: DateTime<Utc>) -> String {
    let what = match account.next.step {
        NextStep::Nothing => return "Next: nothing".into(),
        NextStep::EnterCredentials => return account.missing.join(" "),
        NextStep::Probe => "ask the broker",
        NextStep::Renew => "renew",
        NextStep::AskPerson => "ask you to sign in",
        NextStep::Remind => "remind you",
        NextStep::SaveAgain => "write to the vault again",
        NextStep::GiveUp => "give up waiting",
        NextStep::Resume => "resume",
    };
    match account.next.at.map(|at| at.with_timezone(&Local)) {
        // Another day is named: a sign-in is due tomorrow, or on Monday.
        Some(at) if at.date_naive() != now.with_timezone(&Local).date_naive() => {
            format!("Next: {what} on {}", at.format("%A at %H:%M"))
        }
        Some(at) => format!("Next: {what} at {}", at.format("%H:%M")),
        None => "Next: sign in".into(),
    }
}
