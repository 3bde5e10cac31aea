//! Whether a new token now would last longer than the one we hold: the 02:30 trap.

use crate::account::Account;
use chrono::Duration;
use daypass_domain::{DailyCutoff, Moment};

/// A token's own end is in whole seconds; a short day's cut-off is not.
const ROUNDING: Duration = Duration::seconds(1);

/// The broker's fixed cut-off for this account, on its own day (a practice day may take minutes).
pub fn cutoff(account: &Account) -> Option<DailyCutoff> {
    let cutoff = account.setup.profile.cutoff?;
    Some(match account.setup.account.day {
        Some(day) => cutoff.on_day_of(day),
        None => cutoff,
    })
}

/// Whether the token that we hold, or held last, was ended by the fixed cut-off. A practice token may have a life of
/// its own, and then the cut-off says nothing about the next one.
pub fn ends_by_cutoff(account: &Account) -> bool {
    match (cutoff(account), &account.grant) {
        (Some(cutoff), Some(grant)) => {
            grant.access_ends.is_none_or(|end| (end - cutoff.after(grant.issued_at)).abs() <= ROUNDING)
        }
        (cutoff, None) => cutoff.is_some(),
        (None, _) => false,
    }
}

/// No market rests that many days in a row.
const HORIZON: u32 = 30;

/// From when on a sign-in lasts until that moment; `None`: one from now does, or nobody can know.
pub fn sign_in_from(account: &Account, until: Moment, now: Moment) -> Option<Moment> {
    let cutoff = cutoff(account).filter(|_| ends_by_cutoff(account))?;
    let mut end = cutoff.after(now);
    for _ in 0..HORIZON {
        let next = cutoff.after(end);
        match (end >= until, next >= until) {
            (true, _) => return None,
            (false, true) => return Some(end),
            (false, false) => end = next,
        }
    }
    None
}

/// The end that a token got now would have, where that can be known.
pub fn new_end(account: &Account, now: Moment) -> Option<Moment> {
    if ends_by_cutoff(account) {
        return cutoff(account).map(|cutoff| cutoff.after(now));
    }
    let grant = account.grant.as_ref()?;
    // The last token's life is the best guess for the next one's.
    grant.access_ends.map(|end| now + (end - grant.issued_at))
}

/// Whether a token got now would end later than the one that is held.
pub fn useful(account: &Account, now: Moment) -> bool {
    let Some(held) = account.valid_grant(now) else { return true };
    match (held.access_ends, new_end(account, now)) {
        (Some(held), Some(new)) => new - held > ROUNDING,
        // A token without an end cannot be outlived.
        (None, _) => false,
        (Some(_), None) => true,
    }
}
