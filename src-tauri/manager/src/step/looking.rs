//! Looking ahead: the exchanges' calendar, the evening's look at this computer, and what the ledger is told at the open.
//!
//! None of it is in the way of the account's own work: each has a flight of its own. A calendar that cannot be had is a
//! state, not a trouble: the one that is known serves on.

use super::signing_in::FLIGHT_LIMIT;
use super::{Turn, warning};
use crate::account::{Account, Cause, Flight, Looking};
use crate::check::{Check, Finding};
use crate::event::{Effect, LogLevel, Reply, Ticket};
use crate::market::{self, day_clock};
use crate::next;
use crate::readiness::readiness;
use crate::words;
use daypass_domain::ledger::Happening;
use daypass_domain::{Calendar, Problem};
use std::sync::Arc;

pub(super) fn ask_calendar(account: &mut Account, turn: &mut Turn<'_>) {
    let attempt = turn.attempt();
    account.almanac.asked = Some(Flight { attempt, until: turn.now + FLIGHT_LIMIT });
    let grant = account.valid_grant(turn.now).cloned();
    turn.emit(Effect::Calendar(account.setup.account.id.clone(), attempt, grant));
}

pub(super) fn calendar(account: &mut Account, turn: &mut Turn<'_>, answer: Result<Option<Arc<Calendar>>, Problem>) {
    let almanac = &mut account.almanac;
    almanac.asked = None;
    almanac.tried = Some(turn.now);
    match answer {
        Ok(calendar) => {
            almanac.failed = None;
            // A broker that lost an exchange from its list does not take it from the account.
            let whole = calendar.filter(|new| almanac.exchanges.iter().all(|exchange| new.has(exchange)));
            almanac.calendar = whole.unwrap_or_else(|| almanac.calendar.clone());
        }
        Err(problem) => {
            let times = almanac.failed.as_ref().map_or(1, |(times, _)| times + 1);
            turn.log(account, LogLevel::Info, format!("The trading calendar could not be fetched: {}", problem.what));
            account.almanac.failed = Some((times, problem));
        }
    }
}

pub(super) fn ask_again_later(account: &mut Account, turn: &mut Turn<'_>) {
    let problem = words::no_answer(account);
    calendar(account, turn, Err(problem));
}

/// The evening has come, or something that was found is looked at again.
pub(super) fn look_around(account: &mut Account, turn: &mut Turn<'_>) {
    let policy = account.policy(turn.policy);
    if let Some(due) = next::evening(account, policy, turn.now).filter(|due| *due <= turn.now) {
        account.facts.evening = Some(day_clock(account).midnight(due));
        // Another session: what threatens it is news, even if it threatened the last one as well.
        account.facts.told.retain(|cause| *cause != Cause::Evening);
    }
    begin(account, turn, Vec::new(), true);
}

pub(super) fn ask(account: &mut Account, turn: &mut Turn<'_>, ticket: Ticket) {
    match &mut account.looking {
        Some(looking) => looking.asked.push(ticket),
        None => begin(account, turn, vec![ticket], false),
    }
}

fn begin(account: &mut Account, turn: &mut Turn<'_>, asked: Vec<Ticket>, tells: bool) {
    let attempt = turn.attempt();
    account.looking = Some(Looking { flight: Flight { attempt, until: turn.now + FLIGHT_LIMIT }, asked, tells });
    turn.emit(Effect::LookAround(account.setup.account.id.clone(), attempt));
}

pub(super) fn looked(account: &mut Account, turn: &mut Turn<'_>, mut findings: Vec<Finding>) {
    let Some(Looking { asked, tells, .. }) = account.looking.take() else { return };
    findings.sort_by_key(|finding| finding.aspect);
    account.check = Some(Check { at: turn.now, findings });
    asked.into_iter().for_each(|ticket| turn.reply(ticket, Ok(Reply::Done)));
    let Some(risk) = account.check.as_ref().and_then(Check::worst).cloned() else {
        return warning::evening_over(account, turn);
    };
    turn.log(account, LogLevel::Warn, format!("The next session is at risk: {}", risk.what));
    if tells {
        warning::tell_evening(account, turn, &risk);
    }
}

pub(super) fn look_lost(account: &mut Account, turn: &mut Turn<'_>) {
    let Some(Looking { asked, .. }) = account.looking.take() else { return };
    asked.into_iter().for_each(|ticket| turn.reply(ticket, Ok(Reply::Done)));
}

/// A session has opened: the ledger keeps how the account stood.
pub(super) fn mark(account: &mut Account, turn: &mut Turn<'_>) {
    let Some(day) = market::day_of(account, turn.now) else { return };
    account.facts.marked = Some(day.opens);
    let Some(stands) = readiness(account, turn.policy, turn.now) else { return };
    let why = stands.why.map(Into::into);
    turn.record(
        account,
        Happening::Readiness { session_opens: day.opens, session_closes: Some(day.closes), state: stands.state, why },
    );
}
