//! What people and programs ask for. Each ask gets exactly one reply.

use super::{Turn, looking, probing, renewing, signing_in, signing_out};
use crate::account::{Account, Load, Pause};
use crate::event::{Ask, Effect, Reply, Ticket};
use crate::ladder;
use crate::market::{self, day_clock};
use crate::notice::Telling;
use crate::refused::{Code, Refused};
use crate::useful::useful;
use crate::words;
use crate::work::Work;
use daypass_domain::Generation;
use daypass_domain::ledger::Happening;

pub(super) fn ask(account: &mut Account, turn: &mut Turn<'_>, ask: &Ask, ticket: Ticket) {
    if matches!(ask, Ask::SignIn { .. } | Ask::Refresh { .. } | Ask::SignOut | Ask::Resume) {
        retry_vault(account, turn);
    }
    match ask {
        Ask::SignIn { open } => signing_in::ask(account, turn, *open, ticket),
        Ask::Refresh { open } => refresh(account, turn, *open, ticket),
        Ask::Finished => finished(account, turn, ticket),
        Ask::Cancel => signing_in::cancel(account, turn, ticket),
        Ask::Probe => probe(account, turn, ticket),
        Ask::ReportInvalid(generation) => report(account, turn, *generation, ticket),
        Ask::SignOut => signing_out::sign_out(account, turn, ticket),
        Ask::Pause(until) => {
            account.facts.paused = Some(Pause { until: *until });
            // Whoever was asked may rest as well: that attempt does not count.
            account.facts.campaign.asked_until = None;
            turn.emit(Effect::Tell(Telling::Withdraw { account: account.setup.account.id.to_string() }));
            turn.record(account, Happening::Paused);
            turn.reply(ticket, Ok(Reply::Done));
        }
        Ask::Resume => {
            resume(account, turn);
            turn.reply(ticket, Ok(Reply::Done));
        }
        Ask::LookAround => looking::ask(account, turn, ticket),
        Ask::Snooze => snooze(account, turn, ticket),
    }
}

/// The pause is over.
pub(super) fn resume(account: &mut Account, turn: &mut Turn<'_>) {
    if account.facts.paused.take().is_some() {
        turn.record(account, Happening::Resumed);
    }
}

fn refresh(account: &mut Account, turn: &mut Turn<'_>, open: bool, ticket: Ticket) {
    if let Some(missing) = &account.setup.missing {
        let problem = missing.clone();
        return turn.reply(ticket, Err(Refused { code: Code::NoCredentials, problem }));
    }
    if account.facts.paused.is_some() {
        return turn.reply(ticket, Err(Refused { code: Code::Paused, problem: words::paused(account) }));
    }
    // One is under way: join it. A waiting sign-in tells its address.
    if account.work.as_ref().is_some_and(|work| work.sign_in().is_some()) {
        return signing_in::ask(account, turn, open, ticket);
    }
    if account.work.as_ref().is_some_and(Work::brings_token) {
        return turn.reply(ticket, Ok(Reply::Done));
    }
    if account.work.as_ref().is_some_and(|work| !work.is_probe()) {
        return turn.reply(ticket, Err(Refused { code: Code::CannotStart, problem: words::busy() }));
    }
    if account.can_renew(turn.now) {
        account.facts.campaign = crate::account::Campaign::default();
        renewing::renew(account, turn);
        return turn.reply(ticket, Ok(Reply::Done));
    }
    if useful(account, turn.now) {
        return signing_in::ask(account, turn, open, ticket);
    }
    // A new token would end no later, but the person wanted to know: ask the broker about the one we have.
    account.proof.at_once = true;
    let problem = words::not_useful(account, turn.now);
    turn.reply(ticket, Err(Refused { code: Code::NotUseful, problem }));
}

fn finished(account: &mut Account, turn: &mut Turn<'_>, ticket: Ticket) {
    if account.work.as_ref().is_some_and(Work::brings_token) {
        return account.waiting.push(ticket);
    }
    let reply = match &account.trouble {
        Some(problem) => Err(Refused { code: Code::Failed, problem: problem.clone() }),
        None => Ok(Reply::Done),
    };
    turn.reply(ticket, reply);
}

fn probe(account: &mut Account, turn: &mut Turn<'_>, ticket: Ticket) {
    if account.valid_grant(turn.now).is_none() {
        return turn.reply(ticket, Err(words::nothing_to_hand_out(account, turn.now)));
    }
    // One that is under way answers everybody.
    if !account.work.as_ref().is_some_and(Work::is_probe) {
        probing::soon(account);
    }
    account.askers.push(ticket);
}

/// Reports are cheap to send and cost one probe, however many come: a probe under way answers all of them, soon after one
/// the next waits a little, and a report about another generation says nothing about the token we hold.
fn report(account: &mut Account, turn: &mut Turn<'_>, generation: Generation, ticket: Ticket) {
    // With nothing to ask the broker about, the bot hears why, whichever token it has.
    if account.valid_grant(turn.now).is_none() {
        return turn.reply(ticket, Err(words::nothing_to_hand_out(account, turn.now)));
    }
    if generation != account.generation {
        return turn.reply(ticket, Err(words::stale(account, generation)));
    }
    // What is under way answers it: a probe says what is true, and a sign-in or a renewal brings another token.
    if account.work.is_none() {
        account.proof.reported = true;
    }
    turn.reply(ticket, Ok(Reply::Done));
}

fn snooze(account: &mut Account, turn: &mut Turn<'_>, ticket: Ticket) {
    let clock = day_clock(account);
    let open = market::day_of(account, turn.now).map_or(turn.now, |day| day.opens);
    let last = open - clock.span(ladder::LAST_STEP_BEFORE_OPEN);
    let until = (turn.now + clock.span(ladder::SNOOZE)).min(last);
    // Past the last step there is nothing left to put off: the notification goes, and that is all.
    if turn.now < last {
        let rungs = &mut account.facts.ladder;
        rungs.snoozed_until = Some(until);
        rungs.told.pop();
    }
    turn.emit(Effect::Tell(Telling::Withdraw { account: account.setup.account.id.to_string() }));
    turn.reply(ticket, Ok(Reply::Done));
}

/// Somebody is here and wants something, or has just unlocked the keyring: the right moment to try it again.
pub(super) fn retry_vault(account: &mut Account, turn: &mut Turn<'_>) {
    if matches!(account.load, Load::Failed(..)) {
        super::delivering::load(account, turn);
    } else if account.saved.failed.is_some() && account.saved.pending.is_none() {
        super::delivering::save(account, turn);
    }
}
