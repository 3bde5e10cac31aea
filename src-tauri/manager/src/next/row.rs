//! The row of attempts to replace one token: when it may begin, and the pauses in it.
//!
//! The invariant: pauses never shrink within a row, and all attempts fit before the end. What this is not: the attempts
//! themselves; `step::renewing` makes those.

use crate::account::Account;
use crate::useful::{ends_by_cutoff, useful};
use chrono::Duration;
use daypass_domain::{Moment, Policy};

/// When the attempts to replace this token may begin: at its lead, or at once if it is of no use any more. `None`: it has
/// no known end, or a new one would not outlive it.
pub fn row_begins(account: &Account, policy: &Policy, now: Moment) -> Option<Moment> {
    let grant = account.grant.as_ref().filter(|_| !account.facts.signed_out)?;
    if account.valid_grant(now).is_none() {
        return Some(now);
    }
    if ends_by_cutoff(account) && !useful(account, now) {
        return None;
    }
    Some(lead_begins(grant.issued_at, grant.access_ends?, policy.lead))
}

/// When the lead before an end begins: the setting, or a third of a life that is too short for it.
pub fn lead_begins(issued: Moment, end: Moment, lead: Duration) -> Moment {
    let life = end - issued;
    if life >= lead * 2 { end - lead } else { issued + life * 2 / 3 }
}

/// The pause after the last failure of the row: growing, spread, and short enough that every attempt of the row fits
/// before the end. Both bounds grow with the number of failures, so the pause never shrinks.
pub fn pause_after_failure(account: &Account, policy: &Policy) -> Duration {
    let campaign = &account.facts.campaign;
    let failures = campaign.failures.clamp(1, 16);
    let wanted = policy.backoff.pause(failures, account.seed());
    let end = account.grant.as_ref().and_then(|grant| grant.access_ends);
    let room = match (end, campaign.began) {
        (Some(end), Some(began)) if end > began => end - began,
        _ => return wanted,
    };
    let share = room * (1 << (failures - 1)) / (1 << policy.attempts.clamp(1, 16));
    wanted.min(share.max(Duration::milliseconds(200)))
}
