//! Getting a new token in place of the held one: silently where the broker can, else by asking a person.
//!
//! A one-time refresh token is marked as sent on disk before it is sent, and if what became of it is not known it is
//! never sent again. An attempt that needs a person is one sign-in that was not finished.

use super::{Turn, delivering, signing_in, warning};
use crate::account::{Account, Campaign, Cause, Proof};
use crate::event::{Effect, LogLevel, Opening, Presence, Ticket};
use crate::next;
use crate::words;
use crate::work::{Renew, Task, Work};
use daypass_brokers::{BrokerError, Failure};
use daypass_domain::ledger::Happening;
use daypass_domain::{Grant, Moment, OpenBrowser, Remedy};

/// Begins a silent renewal.
pub(super) fn renew(account: &mut Account, turn: &mut Turn<'_>) {
    let one_time = account.spends_refresh();
    let Some(grant) = &mut account.grant else { return };
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
            let began = account.work.take().map_or(turn.now, |work| work.since);
            let told = still_true(account, &grant);
            if let Some(old) = &account.grant {
                account.facts.rolls = later(old.refresh_ends, grant.refresh_ends);
                account.facts.capped = is_capped(old, &grant);
                account.facts.rotates |= is_replaced(old, &grant);
            }
            adopt(account, grant);
            // A notification about an end that is still the same stays.
            if told.is_empty() {
                warning::withdraw(account, turn);
            }
            account.facts.told.extend(told);
            account.proof.at_once = true;
            turn.log(account, LogLevel::Info, "Token refresh successful");
            record_renewed(account, turn, began);
            delivering::save(account, turn);
            signing_in::tell_waiting(account, turn);
        }
        Err(error) => not_renewed(account, turn, error),
    }
}

fn record_renewed(account: &Account, turn: &mut Turn<'_>, began: Moment) {
    let ends = account.grant.as_ref().and_then(|grant| grant.access_ends);
    let took_ms = (turn.now - began).num_milliseconds().try_into().unwrap_or_default();
    turn.record(account, Happening::Renewed { generation: account.generation, ends, took_ms });
}

/// What people have been told about an end that this renewal does not move.
fn still_true(account: &Account, new: &Grant) -> Vec<Cause> {
    let told = &account.facts.told;
    let old_end = account.grant.as_ref().and_then(|old| old.refresh_ends);
    if old_end.is_none() || old_end != new.refresh_ends || told.contains(&Cause::Manual) {
        return Vec::new();
    }
    told.iter().copied().filter(|cause| matches!(cause, Cause::Orange | Cause::Red)).collect()
}

fn later(old: Option<Moment>, new: Option<Moment>) -> bool {
    matches!((old, new), (Some(old), Some(new)) if new > old)
}

/// Whether the refresh token was replaced: from now on the old one may be worth nothing, or worse, end everything.
fn is_replaced(old: &Grant, new: &Grant) -> bool {
    matches!((&old.refresh, &new.refresh), (Some(old), Some(new)) if !old.same_as(new))
}

/// Whether a renewal has moved the end by less than a tenth of what it should have: the broker caps its tokens at an end
/// of its own, and asking again and again towards that end would never stop.
fn is_capped(old: &Grant, new: &Grant) -> bool {
    match (old.access_ends, new.access_ends) {
        (Some(before), Some(after)) if before > new.issued_at => (after - before) * 10 < new.issued_at - old.issued_at,
        _ => false,
    }
}

fn not_renewed(account: &mut Account, turn: &mut Turn<'_>, error: BrokerError) {
    account.work = None;
    let longest = account.policy(turn.policy).check_every;
    let one_time = account.spends_refresh();
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
    let campaign = &mut account.facts.campaign;
    campaign.blocked = error.problem.remedy == Remedy::FixSetting;
    // What the broker asks for is granted, but not without limit.
    campaign.not_before = error.retry_after.map(|quiet| turn.now + quiet.min(longest));
    turn.log(
        account,
        LogLevel::Warn,
        format!("The broker did not renew: {} ({})", error.problem.what, error.problem.code),
    );
    let (code, what) = (error.problem.code.to_string().into(), error.problem.what.to_string().into());
    let (attempt, of) = (account.facts.campaign.failures + 1, account.policy(turn.policy).attempts);
    turn.record(account, Happening::RenewalFailed { attempt, of, code, what });
    account.trouble = Some(error.problem);
    let spent = account.grant.as_ref().is_some_and(|grant| grant.refresh.is_none());
    if spent {
        hand_to_person(account, turn);
    } else {
        attempt_failed(account, turn);
    }
    signing_in::tell_waiting(account, turn);
    delivering::save(account, turn);
}

/// What renewed is spent: from here on it takes a person, and the row of attempts begins anew.
fn hand_to_person(account: &mut Account, turn: &mut Turn<'_>) {
    let attempts = account.policy(turn.policy).attempts;
    let campaign = &mut account.facts.campaign;
    let failures = campaign.failures + 1;
    *campaign = Campaign { blocked: campaign.blocked, ..Campaign::default() };
    if failures <= attempts {
        turn.log(account, LogLevel::Warn, format!("Refresh attempt {failures}/{attempts} failed"));
    }
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
pub(super) fn adopt(account: &mut Account, grant: Grant) {
    account.generation = account.generation.next();
    account.grant = Some(grant);
    account.proof = Proof::default();
    account.trouble = None;
    account.muffled = None;
    let facts = &mut account.facts;
    facts.signed_out = false;
    facts.refused = None;
    facts.campaign = Campaign::default();
    // What threatens the next session is no news of this token.
    facts.told.retain(|cause| *cause == Cause::Evening);
    facts.ladder = crate::account::Ladder::default();
}

/// Asks a person: with a browser if somebody is there and allows it, else with a notification.
pub(super) fn ask_person(account: &mut Account, turn: &mut Turn<'_>) {
    let policy = account.policy(turn.policy);
    let (wait, may_open) = (policy.sign_in_wait, policy.open_browser == OpenBrowser::WhenPresent);
    let first = account.facts.campaign.failures == 0;
    let ahead = account.can_renew(turn.now);
    let line = if ahead { words::asking_ahead(account, turn.now) } else { words::attempting(account, turn.now) };
    turn.log(account, LogLevel::Info, line);
    if ahead {
        account.facts.asked_about = account.grant.as_ref().map(|grant| grant.granted_at);
    } else {
        account.facts.campaign.began = account.facts.campaign.began.or(Some(turn.now));
    }
    if (first || ahead) && may_open && turn.presence == Presence::There && !warning::is_quiet(account, turn) {
        return signing_in::start(account, turn, Opening::IfSomebodyIsThere, Ticket::default());
    }
    // While it still renews by itself nobody is missed yet.
    if !ahead {
        account.facts.campaign.asked_until = Some(turn.now + wait);
    }
    warning::ask(account, turn);
}

/// A sign-in is over without a new token. It counts only where a person is what the account needs: what stops a person
/// (`blocks`: a setting that the broker does not like) need not stop a renewal, and says nothing about tomorrow.
pub(super) fn sign_in_failed(account: &mut Account, turn: &mut Turn<'_>, blocks: bool) {
    if account.can_renew(turn.now) || !in_row(account, turn) {
        account.facts.campaign.asked_until = None;
        return;
    }
    account.facts.campaign.blocked = blocks;
    attempt_failed(account, turn);
}

/// Whether attempts to replace this token have begun. Somebody who tried long before it was needed has lost nothing.
fn in_row(account: &Account, turn: &Turn<'_>) -> bool {
    next::row_begins(account, account.policy(turn.policy), turn.now).is_some_and(|at| at <= turn.now)
}

/// One attempt of the row is over without a new token.
pub(super) fn attempt_failed(account: &mut Account, turn: &mut Turn<'_>) {
    account.facts.campaign.asked_until = None;
    let attempts = account.policy(turn.policy).attempts;
    if !in_row(account, turn) {
        return;
    }
    let campaign = &mut account.facts.campaign;
    campaign.began = campaign.began.or(Some(turn.now));
    campaign.failures += 1;
    campaign.last_failure = Some(turn.now);
    let failures = campaign.failures;
    if failures <= attempts {
        turn.log(account, LogLevel::Warn, format!("Refresh attempt {failures}/{attempts} failed"));
    }
    // What a wrong setting stops is not tried again: that row is over at once.
    let over = failures >= attempts || account.facts.campaign.blocked;
    if over && !account.facts.campaign.manual {
        account.facts.campaign.manual = true;
        turn.log(account, LogLevel::Error, "All refresh attempts failed, manual intervention required");
        turn.record(account, Happening::Manual);
        warning::manual(account, turn);
    }
}
