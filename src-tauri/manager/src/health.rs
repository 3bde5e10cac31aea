//! How an account is: computed from facts and the time, never stored.

use crate::account::{Account, Load};
use crate::view::{Level, Standing};
use crate::work::Task;
use daypass_domain::{Moment, Policy};

/// Level and standing at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// What the clock says.
    pub level: Level,
    /// Where it stands, all told.
    pub standing: Standing,
    /// The broker said yes to this token since the program started, and still answers.
    pub verified: bool,
}

/// How the account is now.
pub fn health(account: &Account, general: &Policy, now: Moment) -> Health {
    let policy = account.policy(general);
    let level = level(account, policy, now);
    let verified = verified(account, policy, now);
    Health { level, standing: standing(account, level, verified, now), verified }
}

/// Until when a valid token is certain without a person; `None` without a token or without a known end.
///
/// Where the broker renews silently this is the end of what renews it, because the access token's own end concerns
/// nobody. Once all attempts have failed, or a wrong setting stops them, it is the access token's
/// end after all.
pub fn held_until(account: &Account, now: Moment) -> Option<Moment> {
    let grant = account.valid_grant(now)?;
    let campaign = &account.facts.campaign;
    if !account.can_renew(now) || campaign.manual || campaign.blocked {
        return grant.access_ends;
    }
    grant.refresh_ends.filter(|_| !account.facts.rolls)
}

fn level(account: &Account, policy: &Policy, now: Moment) -> Level {
    if account.valid_grant(now).is_none() {
        return Level::Red;
    }
    match held_until(account, now).map(|end| end - now) {
        None => Level::Green,
        Some(left) if left > policy.green_above => Level::Green,
        Some(left) if left >= policy.red_below => Level::Orange,
        Some(_) => Level::Red,
    }
}

fn verified(account: &Account, policy: &Policy, now: Moment) -> bool {
    let held = account.valid_grant(now).is_some();
    // A broker that cannot be asked is believed: its token came from it directly.
    held && (!account.setup.probes || (account.proof.yes && account.proof.misses < policy.misses))
}

fn standing(account: &Account, level: Level, verified: bool, now: Moment) -> Standing {
    if account.facts.paused.is_some() {
        return Standing::Paused;
    }
    if account.work.as_ref().is_some_and(|work| !matches!(work.task, Task::Probe)) {
        return Standing::Working;
    }
    let Some(grant) = &account.grant else {
        return if account.load == Load::Done { Standing::SignedOut } else { Standing::NotVerified };
    };
    match level {
        _ if grant.ended(now) && account.facts.refused.is_none() => Standing::Expired,
        _ if account.facts.refused.is_some() => Standing::EndedEarly,
        Level::Red => Standing::LastHour,
        _ if !verified => Standing::NotVerified,
        Level::Orange => Standing::EndsSoon,
        Level::Green => Standing::Valid,
    }
}
