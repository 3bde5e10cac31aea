//! What comes next for one account, and when: the only place that decides about waiting.
//!
//! Each candidate is a small question with a moment for an answer; the earliest one wins. A moment in the past means
//! "now". Back-off is computed from stored facts (failures, last failure), so a restart does not forget it.

mod errands;
mod row;

pub use errands::errand;
pub(crate) use errands::evening;
pub use row::{lead_begins, pause_after_failure, row_begins};

use crate::account::{Account, Load};
use crate::event::Presence;
use crate::health::held_until;
use crate::ladder;
use crate::market;
use crate::work::{Phase, Task};
use chrono::Duration;
use daypass_domain::{Backoff, Moment, Policy};

/// One thing to do, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// When; in the past means now.
    pub at: Moment,
    /// What.
    pub what: What,
}

/// The kinds of things to do. The order breaks ties: what frees the way comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The work under way has had its time.
    GiveUp,
    /// The vault has not answered a read.
    LoadLost,
    /// The vault has not answered a write.
    SaveLost,
    /// A pause is over.
    Resume,
    /// Read the vault again.
    LoadAgain,
    /// Write to the vault again.
    SaveAgain,
    /// Ask the broker about a new token again.
    ProveAgain,
    /// A person who was asked did not come.
    AttemptOver,
    /// Renew without a person.
    Renew,
    /// Ask a person.
    AskPerson,
    /// Tell the next rung of the market's ladder.
    Ladder,
    /// Ask the broker about the held token.
    Probe,
    /// Tell the ledger how the account stands at the open.
    Mark,
    /// Look at this computer, the evening before or again.
    LookAround,
    /// The look at this computer has not come back.
    LookLost,
    /// Ask the broker for its calendar.
    Calendar,
    /// The broker has not answered about its calendar.
    CalendarLost,
    /// Nothing to do but to look again: a threshold is passed.
    Look,
}

/// Vault retries: a locked keyring or a full disk is a matter of minutes, and each try is cheap.
const VAULT_BACKOFF: Backoff = Backoff { first: Duration::seconds(15), longest: Duration::minutes(5) };

/// How many times the pause before a second ask a report waits after the last answer.
const REPORTS_REST: i32 = 3;

/// The earliest moment to look at the account; `None` if only an event from outside can change anything.
pub fn next(account: &Account, general: &Policy, presence: Presence, now: Moment) -> Option<Plan> {
    let errand = errand(account, general, now);
    own(account, general, presence, now).into_iter().chain(errand).min_by_key(|plan| (plan.at.max(now), plan.what))
}

/// The same for the token alone, errands left out.
pub fn own(account: &Account, general: &Policy, presence: Presence, now: Moment) -> Option<Plan> {
    let look = look(account, account.policy(general), now);
    deed(account, general, presence, now).into_iter().chain(look).min_by_key(|plan| (plan.at.max(now), plan.what))
}

/// The earliest thing to do, thresholds that only change the icon left out.
pub fn deed(account: &Account, general: &Policy, presence: Presence, now: Moment) -> Option<Plan> {
    let policy = account.policy(general);
    let resting = account.facts.paused.is_some();
    let candidates = [
        give_up(account),
        vault_silent(account),
        resume(account),
        load_again(account),
        save_again(account),
        prove_again(account),
        probe(account, policy, now),
        if resting { None } else { renew(account, policy, now) },
        if resting { None } else { ask(account, policy, now) },
        if resting { None } else { climb(account, general, presence, now) },
    ];
    candidates.into_iter().flatten().min_by_key(|plan| (plan.at.max(now), plan.what))
}

fn plan(what: What, at: Moment) -> Option<Plan> {
    Some(Plan { at, what })
}

fn give_up(account: &Account) -> Option<Plan> {
    plan(What::GiveUp, account.work.as_ref()?.until)
}

fn resume(account: &Account) -> Option<Plan> {
    plan(What::Resume, account.facts.paused?.until?)
}

fn vault_silent(account: &Account) -> Option<Plan> {
    let save = account.saved.pending.map(|flight| Plan { at: flight.until, what: What::SaveLost });
    let load = match &account.load {
        Load::Pending(flight, _) => plan(What::LoadLost, flight.until),
        _ => None,
    };
    save.into_iter().chain(load).min_by_key(|plan| plan.at)
}

fn load_again(account: &Account) -> Option<Plan> {
    match &account.load {
        Load::Failed(times, at, _) => plan(What::LoadAgain, *at + VAULT_BACKOFF.pause(*times, account.seed())),
        _ => None,
    }
}

fn save_again(account: &Account) -> Option<Plan> {
    // What could not be read is not overwritten: the reading comes first.
    let free = account.saved.pending.is_none() && account.load == Load::Done;
    let (times, at, _) = account.saved.failed.as_ref().filter(|_| free)?;
    plan(What::SaveAgain, *at + VAULT_BACKOFF.pause(*times, account.seed()))
}

fn prove_again(account: &Account) -> Option<Plan> {
    match &account.work.as_ref()?.sign_in()?.phase {
        Phase::Proving(proving) => plan(What::ProveAgain, proving.again?),
        _ => None,
    }
}

fn probe(account: &Account, policy: &Policy, now: Moment) -> Option<Plan> {
    account.valid_grant(now)?;
    if !account.setup.probes || !account.idle() {
        return None;
    }
    let proof = &account.proof;
    let Some((last, _)) = proof.last.as_ref().filter(|_| !proof.at_once) else {
        // Whatever the hurry: a broker that asked for quiet gets it, and one that has just answered is not asked in a loop.
        let last = proof.last.as_ref().map(|(last, _)| *last).filter(|last| *last <= now);
        let rested = last.map_or(now, |last| last + policy.confirm_after * REPORTS_REST);
        return plan(What::Probe, held_back(account, proof.not_before.unwrap_or(now).max(rested).max(now)));
    };
    let pause = match (proof.refusals, proof.misses) {
        // Silence after a refusal is an outage like any other: the second ask waits for an answer, not for a clock.
        (1.., 0) => policy.confirm_after,
        (0, 0) => policy.check_every,
        (_, misses) => policy.backoff.pause(misses, account.seed()).min(policy.check_every),
    };
    // A bot that reports in a loop must not become a loop of requests.
    let pause =
        if proof.reported && proof.misses == 0 { pause.min(policy.confirm_after * REPORTS_REST) } else { pause };
    let quiet = proof.not_before.unwrap_or(*last);
    plan(What::Probe, held_back(account, (*last + pause).max(quiet)))
}

/// No request leaves while a computer that has just woken has no network yet.
fn held_back(account: &Account, at: Moment) -> Moment {
    account.hold.map_or(at, |hold| at.max(hold))
}

fn renew(account: &Account, policy: &Policy, now: Moment) -> Option<Plan> {
    let campaign = &account.facts.campaign;
    if !account.idle() || !account.can_renew(now) || account.setup.missing.is_some() || campaign.blocked {
        return None;
    }
    let begins = row_begins(account, policy, now)?;
    let Some(last) = campaign.last_failure else { return plan(What::Renew, held_back(account, begins)) };
    let pause = pause_after_failure(account, policy);
    // After the last attempt it is up to a person, but an outage that ends should heal by itself.
    let pause = if campaign.manual { pause.max(policy.check_every) } else { pause };
    plan(What::Renew, held_back(account, begins.max(last + pause).max(campaign.not_before.unwrap_or(begins))))
}

fn ask(account: &Account, policy: &Policy, now: Moment) -> Option<Plan> {
    let facts = &account.facts;
    let campaign = &facts.campaign;
    if !account.idle() || facts.signed_out || account.setup.missing.is_some() || campaign.blocked {
        return None;
    }
    if let Some(until) = campaign.asked_until {
        return plan(What::AttemptOver, until);
    }
    if campaign.manual || ladder::climbs(account, now) {
        return None;
    }
    if account.can_renew(now) {
        return ask_ahead(account, policy, now);
    }
    // What was lost on a closed day is asked for when that is over, not in the night after it.
    let begins = row_begins(account, policy, now)?.min(account.lost_at().unwrap_or(now));
    let pause_over = campaign.last_failure.map(|last| last + pause_after_failure(account, policy));
    let at = pause_over.map_or(begins, |over| over.max(begins));
    plan(What::AskPerson, ladder::asked_from(account, policy, at))
}

/// A token that still renews by itself: a person is asked once before the end of what renews it.
fn ask_ahead(account: &Account, policy: &Policy, now: Moment) -> Option<Plan> {
    let grant = account.grant.as_ref().filter(|grant| account.facts.asked_about != Some(grant.granted_at))?;
    let held = held_until(account, now)?;
    let begins = lead_begins(grant.granted_at, held, policy.lead);
    // What ends in the middle of a session is renewed before it: in it a person has other things to do.
    let session = market::day_of(account, held).filter(|day| day.opens < held && held < day.closes);
    let before = session.map(|day| ladder::reminder(account, policy, &day)).filter(|at| *at > grant.granted_at);
    plan(What::AskPerson, ladder::asked_from(account, policy, before.map_or(begins, |at| at.min(begins))))
}

fn climb(account: &Account, general: &Policy, presence: Presence, now: Moment) -> Option<Plan> {
    if !account.idle() {
        return None;
    }
    plan(What::Ladder, ladder::next_rung(account, general, presence, now)?.at)
}

fn look(account: &Account, policy: &Policy, now: Moment) -> Option<Plan> {
    let grant = account.grant.as_ref()?;
    if account.valid_grant(now).is_none() {
        // When what renews it ends as well, people have to be told; from the next day on the ladder does that.
        let moments = [grant.refresh_ends, account.muffled, ladder::day_after_loss(account)];
        return plan(What::Look, moments.into_iter().flatten().filter(|at| *at > now).min()?);
    }
    let held = held_until(account, now);
    let moments = [
        held.map(|end| end - policy.green_above),
        // One moment later: at exactly one hour the level is still orange.
        held.map(|end| end - policy.red_below + Duration::milliseconds(1)),
        held,
        account.muffled,
        grant.access_ends,
        grant.access_ends.map(|end| lead_begins(grant.issued_at, end, policy.lead)),
    ];
    plan(What::Look, moments.into_iter().flatten().filter(|at| *at > now).min()?)
}

/// Whether the task lets itself be replaced by something that a person asked for.
pub fn yields(task: &Task) -> bool {
    matches!(task, Task::Probe)
}
