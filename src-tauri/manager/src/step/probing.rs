//! Asking the broker about the held token. Unknown is not no: silence never costs a token.

use super::{Turn, delivering, proving, signing_in};
use crate::account::{Account, Refusal, Said};
use crate::event::{Effect, LogLevel, Reply, Trip};
use crate::ladder;
use crate::words;
use crate::work::{Task, Work};
use daypass_brokers::Probe;
use daypass_domain::ledger::{Happening, Outcome};
use daypass_domain::{Problem, UserId};

/// The next look asks.
pub(super) fn soon(account: &mut Account) {
    account.proof.at_once = true;
}

/// Whoever asked has waited for the broker; where it is not asked now, nobody waits.
pub(super) fn tell_askers(account: &mut Account, turn: &mut Turn<'_>) {
    if !account.work.as_ref().is_some_and(Work::is_probe) {
        std::mem::take(&mut account.askers).into_iter().for_each(|ticket| turn.reply(ticket, Ok(Reply::Done)));
    }
}

pub(super) fn probe(account: &mut Account, turn: &mut Turn<'_>) {
    let Some(grant) = account.valid_grant(turn.now).cloned() else { return };
    let proof = &mut account.proof;
    proof.routine = proof.last.is_some() && !proof.at_once && !proof.reported;
    (proof.at_once, proof.reported) = (false, false);
    let attempt = turn.attempt();
    let until = turn.now + signing_in::FLIGHT_LIMIT;
    account.work = Some(Work { attempt, since: turn.now, until, task: Task::Probe });
    turn.emit(Effect::Probe(account.setup.account.id.clone(), attempt, grant));
}

pub(super) fn probed(account: &mut Account, turn: &mut Turn<'_>, answer: Probe, trip: Trip) {
    record(account, turn, &answer, trip);
    // What the broker asks for is granted, but not without limit.
    let longest = account.policy(turn.policy).check_every;
    account.proof.not_before = trip.retry_after.map(|quiet| turn.now + quiet.min(longest));
    if account.work.as_ref().is_some_and(|work| !work.is_probe()) {
        return proving::proved(account, turn, answer);
    }
    account.work = None;
    match answer {
        Probe::Valid { user } => yes(account, turn, user),
        Probe::Invalid(problem) => no(account, turn, problem),
        Probe::Unknown(problem) => nothing(account, turn, problem),
    }
}

fn record(account: &Account, turn: &mut Turn<'_>, answer: &Probe, trip: Trip) {
    let (outcome, code) = match answer {
        Probe::Valid { .. } => (Outcome::Valid, None),
        Probe::Invalid(problem) => (Outcome::Invalid, Some(problem)),
        Probe::Unknown(problem) => (Outcome::Unknown, Some(problem)),
    };
    let code = code.map(|problem| problem.code.to_string().into());
    let took_ms = trip.took.and_then(|took| took.num_milliseconds().try_into().ok());
    turn.record(account, Happening::Probed { outcome, code, took_ms });
}

fn yes(account: &mut Account, turn: &mut Turn<'_>, user: Option<UserId>) {
    if let (Some(wanted), Some(got)) = (account.expected_user(), &user)
        && wanted != got
    {
        // The sign-in was kept unproven, and it was somebody else's: nothing of it is used any more, least of all to renew.
        let problem = words::wrong_user(&got.0, &wanted.0);
        account.grant.iter_mut().for_each(|grant| grant.refresh = None);
        return refuse(account, turn, problem);
    }
    let was_silent = account.proof.silent_since.is_some();
    let proof = &mut account.proof;
    proof.last = Some((turn.now, Said::Yes));
    (proof.yes, proof.misses, proof.refusals, proof.silent_since) = (true, 0, 0, None);
    if let (Some(grant), Some(user)) = (&mut account.grant, user) {
        account.facts.user.get_or_insert_with(|| user.clone());
        grant.user.get_or_insert(user);
    }
    // What was wrong is over, unless something is still to be done about it; and an answer that comes moments after a
    // trouble must not wipe the words off the card before they were read.
    let campaign = &account.facts.campaign;
    if (was_silent || account.proof.routine) && !campaign.manual && !campaign.blocked {
        account.trouble = None;
    }
    let line = words::valid_line(account, turn.now);
    turn.log(account, LogLevel::Info, line);
}

fn no(account: &mut Account, turn: &mut Turn<'_>, problem: Problem) {
    let proof = &mut account.proof;
    proof.last = Some((turn.now, Said::No(problem.clone())));
    // A refusal is an answer: whatever silence there was is over, and the second ask need not wait for it.
    (proof.misses, proof.silent_since) = (0, None);
    proof.refusals += 1;
    if proof.refusals < 2 {
        return;
    }
    turn.log(account, LogLevel::Warn, format!("The broker refused the token twice: {}", problem.code));
    refuse(account, turn, problem);
}

/// The token is of no use any more, whatever its end.
fn refuse(account: &mut Account, turn: &mut Turn<'_>, problem: Problem) {
    (account.proof.yes, account.proof.refusals) = (false, 0);
    account.facts.refused = Some(Refusal { at: turn.now, problem: problem.clone() });
    let (code, what) = (problem.code.to_string().into(), problem.what.to_string().into());
    turn.record(account, Happening::Refused { code, what });
    account.trouble = Some(problem);
    ladder::pass(account, turn.policy, turn.now);
    delivering::save(account, turn);
}

fn nothing(account: &mut Account, turn: &mut Turn<'_>, problem: Problem) {
    let misses = account.policy(turn.policy).misses;
    let proof = &mut account.proof;
    proof.last = Some((turn.now, Said::Nothing(problem.clone())));
    proof.misses += 1;
    proof.silent_since.get_or_insert(turn.now);
    let count = proof.misses;
    turn.log(account, LogLevel::Warn, format!("The check brought no answer ({count} in a row): {}", problem.what));
    if count >= misses {
        account.trouble = Some(problem);
    }
}
