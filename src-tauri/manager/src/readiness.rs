//! Whether an account is ready for the session at hand: proven valid before the open, and lasting through the close.
//!
//! Three answers, as a trader would give them: *ready*; *at risk*, when all is there but something threatens it; *not
//! ready*, when something is still to come, and what. Computed from facts and the time, never stored. What this is not:
//! a reason to be loud; the ladder decides about that.

use crate::account::Account;
use crate::check::Aspect;
use crate::health::{health, held_until};
use crate::market;
use crate::useful::sign_in_from;
use crate::words;
use daypass_domain::Problem;
use daypass_domain::ledger::ReadyState;
use daypass_domain::{Moment, Policy};

/// How an account stands for one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// When the session opens.
    pub opens: Moment,
    /// When it closes.
    pub closes: Moment,
    /// When the token must be proven.
    pub ready_by: Moment,
    /// The answer.
    pub state: ReadyState,
    /// Why, in one sentence; none if it is ready.
    pub why: Option<String>,
    /// When the sign-in that is missing becomes of use; none if it is now, or if none is missing.
    pub sign_in_from: Option<Moment>,
}

/// For the session at hand; `None` if no session is known to come.
pub fn readiness(account: &Account, general: &Policy, now: Moment) -> Option<Readiness> {
    let policy = account.policy(general);
    let day = market::at_hand(account, now)?;
    let ready_by = market::ready_by(account, &day, policy.ready_before);
    let (state, why, sign_in_from) = state(account, general, now, (day.opens, day.closes));
    Some(Readiness { opens: day.opens, closes: day.closes, ready_by, state, why, sign_in_from })
}

/// What the last look around has found, of those aspects.
fn found(account: &Account, counts: impl Fn(Aspect) -> bool) -> Option<&Problem> {
    let findings = account.check.iter().flat_map(|check| &check.findings);
    findings.filter(|finding| finding.risk && counts(finding.aspect)).find_map(|finding| finding.problem.as_ref())
}

/// A sign-in is still to come: what can stop it is said with it.
fn with_risk(account: &Account, why: String) -> String {
    match found(account, |_| true) {
        Some(problem) if account.setup.missing.is_none() => format!("{why} {}", problem.what),
        _ => why,
    }
}

type Answer = (ReadyState, Option<String>, Option<Moment>);

fn state(account: &Account, general: &Policy, now: Moment, session: (Moment, Moment)) -> Answer {
    let from = sign_in_from(account, session.1, now);
    if account.valid_grant(now).is_none() {
        return (ReadyState::NotReady, Some(with_risk(account, words::not_ready(account, from, now))), from);
    }
    // What is held without a person has to reach the close; a token without a known end is believed.
    let end = held_until(account, now);
    if let Some(end) = end.filter(|end| *end < session.1) {
        let why = with_risk(account, words::ends_before_close(account, end, session));
        return (ReadyState::NotReady, Some(why), from);
    }
    let risk = |why| (ReadyState::AtRisk, Some(why), None);
    if !health(account, general, now).verified {
        return risk(words::unverified(account));
    }
    if account.facts.campaign.failures > 0 && account.can_renew(now) {
        return risk(words::renewal_fails(account));
    }
    // Who is signed in needs no port and no screen any more.
    if let Some(problem) = found(account, Aspect::threatens_a_held_token) {
        return risk(problem.what.to_string());
    }
    (ReadyState::Ready, None, None)
}
