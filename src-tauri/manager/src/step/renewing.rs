//! Getting a new token in place of the held one: silently where the broker can, else by asking a person.
//!
//! A one-time refresh token is marked as sent on disk before it is sent, and if what became of it is not known it is
//! never sent again. An attempt that needs a person is one sign-in that was not finished.

use super::{Turn, delivering, signing_in, warning};
use crate::account::{Account, Campaign, Proof};
use crate::event::{Effect, LogLevel, Presence, Ticket};
use crate::words;
use crate::work::{Renew, Task, Work};
use daypass_brokers::{BrokerError, Failure};
use daypass_domain::{Grant, OpenBrowser, Remedy, Renewal, Rotation};

/// Begins a silent renewal.
pub(super) fn renew(account: &mut Account, turn: &mut Turn<'_>) {
    let Some(grant) = &mut account.grant else { return };
    let one_time = account.setup.renewal == Renewal::RefreshToken(Rotation::OneTime);
    let phase = if one_time { Renew::Marking } else { Renew::Sent };
    grant.refresh_sent = one_time;
    let line = words::attempting(account, turn.now);
    turn.log(account, LogLevel::Info, line);
    account.facts.campaign.began = account.facts.campaign.began.or(Some(turn.now));
    let attempt = turn.attempt();
    let until = turn.now + signing_in::FLIGHT_LIMIT;
    account.work = Some(Work { attempt, since: turn.now, until, task: Task::Renew(phase) });
    if one_time { delivering::save(account, turn) } else { send(account, turn) }
}

/// The mark is on disk (or the vault has failed to write it).
pub(super) fn marked(account: &mut Account, turn: &mut Turn<'_>, written: bool) {
    if account.work.as_ref().is_none_or(|work| !matches!(work.task, Task::Renew(Renew::Marking))) {
        return;
    }
    if written {
        return send(account, turn);
    }
    // Without the mark a crash could send it twice, and the broker would end the whole session.
    if let Some(grant) = &mut account.grant {
        grant.refresh_sent = false;
    }
    account.work = None;
    attempt_failed(account, turn);
    signing_in::tell_waiting(account, turn);
}

fn send(account: &mut Account, turn: &mut Turn<'_>) {
    let id = account.setup.account.id.clone();
    if let (Some(work), Some(grant)) = (&mut account.work, &account.grant) {
        work.task = Task::Renew(Renew::Sent);
        turn.emit(Effect::Renew(id, work.attempt, grant.clone()));
    }
}

pub(super) fn renewed(account: &mut Account, turn: &mut Turn<'_>, result: Result<Grant, BrokerError>) {
    match result {
        Ok(grant) => {
            account.work = None;
            adopt(account, turn, grant);
            account.proof.at_once = true;
            turn.log(account, LogLevel::Info, "Token refresh successful");
            delivering::save(account, turn);
            signing_in::tell_waiting(account, turn);
        }
        Err(error) => not_renewed(account, turn, error),
    }
}

fn not_renewed(account: &mut Account, turn: &mut Turn<'_>, error: BrokerError) {
    account.work = None;
    let one_time = account.setup.renewal == Renewal::RefreshToken(Rotation::OneTime);
    if let Some(grant) = &mut account.grant {
        match error.failure {
            Failure::NotSent => grant.refresh_sent = false,
            Failure::Refused if error.problem.remedy == Remedy::SignInAgain => grant.refresh = None,
            // A refusal for another reason spends nothing.
            Failure::Refused => grant.refresh_sent = false,
            Failure::Unknown if one_time => grant.refresh = None,
            Failure::Unknown => {}
        }
    }
    account.facts.campaign.blocked = error.problem.remedy == Remedy::FixSetting;
    turn.log(
        account,
        LogLevel::Warn,
        format!("The broker did not renew: {} ({})", error.problem.what, error.problem.code),
    );
    account.trouble = Some(error.problem);
    attempt_failed(account, turn);
    signing_in::tell_waiting(account, turn);
    delivering::save(account, turn);
}

/// The answer to a renewal was lost altogether.
pub(super) fn lost(account: &mut Account, turn: &mut Turn<'_>) {
    if account.work.as_ref().is_some_and(|work| matches!(work.task, Task::Renew(Renew::Marking))) {
        return marked(account, turn, false);
    }
    let problem = words::no_answer(account);
    not_renewed(account, turn, BrokerError { failure: Failure::Unknown, problem, retry_after: None });
}

/// Takes a new token over: it counts from now on, and everything that was true of the old one is forgotten.
pub(super) fn adopt(account: &mut Account, turn: &mut Turn<'_>, grant: Grant) {
    account.generation = account.generation.next();
    account.grant = Some(grant);
    account.proof = Proof::default();
    account.trouble = None;
    let facts = &mut account.facts;
    facts.signed_out = false;
    facts.refused = None;
    facts.campaign = Campaign::default();
    facts.told.clear();
    facts.ladder = crate::account::Ladder::default();
    warning::withdraw(account, turn);
}

/// Asks a person: with a browser if somebody is there and allows it, else with a notification.
pub(super) fn ask_person(account: &mut Account, turn: &mut Turn<'_>) {
    let policy = account.policy(turn.policy);
    let (wait, may_open) = (policy.sign_in_wait, policy.open_browser == OpenBrowser::WhenPresent);
    let first = account.facts.campaign.failures == 0;
    let line = words::attempting(account, turn.now);
    turn.log(account, LogLevel::Info, line);
    account.facts.campaign.began = account.facts.campaign.began.or(Some(turn.now));
    if first && may_open && turn.presence == Presence::There {
        return signing_in::start(account, turn, true, Ticket::default());
    }
    account.facts.campaign.asked_until = Some(turn.now + wait);
    warning::ask(account, turn);
}

/// One attempt of the row is over without a new token.
pub(super) fn attempt_failed(account: &mut Account, turn: &mut Turn<'_>) {
    let attempts = account.policy(turn.policy).attempts;
    let campaign = &mut account.facts.campaign;
    campaign.asked_until = None;
    campaign.failures += 1;
    campaign.last_failure = Some(turn.now);
    let failures = campaign.failures;
    if failures <= attempts {
        turn.log(account, LogLevel::Warn, format!("Refresh attempt {failures}/{attempts} failed"));
    }
    if failures >= attempts && !account.facts.campaign.manual {
        account.facts.campaign.manual = true;
        turn.log(account, LogLevel::Error, "All refresh attempts failed, manual intervention required");
        warning::manual(account, turn);
    }
}
