//! Proving what a sign-in has brought: the broker is asked, and only then the old token goes.
//!
//! The invariant: a person has just signed in, so only the broker's second no costs them that; silence does not. What this
//! is not: the check of a token that is held (`probing`).

use super::signing_in::{FLIGHT_LIMIT, failed, wrong_user};
use super::{Turn, delivering, renewing};
use crate::account::{Account, Said};
use crate::event::{Effect, LogLevel};
use crate::work::{Phase, Proving, SignIn, Task, Work};
use daypass_brokers::Probe;
use daypass_domain::ledger::Happening;
use daypass_domain::{Grant, UserId};

/// How often a new token is asked about before it is taken unproven: a person has just signed in, so a broker that is
/// slow to answer must not cost them the sign-in.
const PROVING_ASKS: u32 = 3;

pub(super) fn examine(account: &mut Account, turn: &mut Turn<'_>, grant: Grant) {
    if is_stranger(account, grant.user.as_ref()) {
        wrong_user(account, turn, grant.user);
    } else if account.setup.probes {
        prove(account, turn, Proving { grant, asks: 0, refusals: 0, again: None });
    } else {
        accept(account, turn, grant, true);
    }
}

/// The program was ended between a sign-in's exchange and its proof: the proof is made up for, without the person.
pub(super) fn resume(account: &mut Account, turn: &mut Turn<'_>, grant: Grant) {
    let attempt = turn.attempt();
    let sign_in = SignIn {
        phase: Phase::Exchanging,
        browser: true,
        opening: false,
        url: None,
        asked: Vec::new(),
        clicked: false,
    };
    let until = turn.now + FLIGHT_LIMIT;
    account.work = Some(Work { attempt, since: turn.now, until, task: Task::SignIn(sign_in) });
    turn.log(account, LogLevel::Info, "A sign-in was cut off before its proof; asking the broker about its token now");
    examine(account, turn, grant);
}

fn prove(account: &mut Account, turn: &mut Turn<'_>, proving: Proving) {
    let id = account.setup.account.id.clone();
    let Some(Work { task: Task::SignIn(sign_in), until, attempt, .. }) = &mut account.work else { return };
    *until = turn.now + FLIGHT_LIMIT;
    turn.emit(Effect::Probe(id, *attempt, proving.grant.clone()));
    sign_in.phase = Phase::Proving(Proving { asks: proving.asks + 1, again: None, ..proving });
}

pub(super) fn prove_again(account: &mut Account, turn: &mut Turn<'_>) {
    if let Some(Work { task: Task::SignIn(SignIn { phase: Phase::Proving(proving), .. }), .. }) = &account.work {
        let proving = proving.clone();
        prove(account, turn, proving);
    }
}

/// The broker's answer about the new token. A refusal counts after a second ask; silence does not count at all.
pub(super) fn proved(account: &mut Account, turn: &mut Turn<'_>, answer: Probe) {
    let confirm_after = account.policy(turn.policy).confirm_after;
    let Some(Work { task: Task::SignIn(SignIn { phase: Phase::Proving(proving), .. }), .. }) = &mut account.work else {
        return;
    };
    match answer {
        Probe::Valid { user } => {
            let mut grant = proving.grant.clone();
            grant.user = user.or(grant.user);
            if is_stranger(account, grant.user.as_ref()) {
                return wrong_user(account, turn, grant.user);
            }
            accept(account, turn, grant, true);
        }
        Probe::Invalid(problem) if proving.refusals > 0 => failed(account, turn, problem),
        Probe::Invalid(_) => {
            proving.refusals += 1;
            proving.again = Some(turn.now + confirm_after);
        }
        Probe::Unknown(_) if proving.asks >= PROVING_ASKS => {
            let grant = proving.grant.clone();
            accept(account, turn, grant, false);
        }
        Probe::Unknown(_) => proving.again = Some(turn.now + confirm_after),
    }
}

pub(super) fn accept(account: &mut Account, turn: &mut Turn<'_>, grant: Grant, proven: bool) {
    account.facts.user = account.facts.user.clone().or_else(|| grant.user.clone());
    account.facts.capped = false;
    renewing::adopt(account, grant);
    super::warning::withdraw(account, turn);
    account.proof.yes = proven;
    account.proof.at_once = !proven;
    account.proof.last = proven.then_some((turn.now, Said::Yes));
    if let Some(Work { task: Task::SignIn(sign_in), until, since, .. }) = &mut account.work {
        sign_in.phase = Phase::Saving { proven };
        *until = turn.now + FLIGHT_LIMIT;
        let took_ms = (turn.now - *since).num_milliseconds().try_into().unwrap_or_default();
        record_signed_in(account, turn, proven, took_ms);
    }
    delivering::save(account, turn);
}

fn record_signed_in(account: &Account, turn: &mut Turn<'_>, proven: bool, took_ms: u64) {
    let Some(grant) = &account.grant else { return };
    let user = grant.user.as_ref().map(|user| user.0.clone().into());
    let (generation, ends) = (account.generation, grant.access_ends);
    turn.record(account, Happening::SignedIn { user, generation, ends, proven, took_ms });
}

fn is_stranger(account: &Account, user: Option<&UserId>) -> bool {
    matches!((account.expected_user(), user), (Some(wanted), Some(got)) if wanted != got)
}
