//! Signing in: listener, browser, code, exchange, proof. The old token counts until the new one is proven.
//!
//! A spent code is never sent again, a second tab is never opened, and everything has an end.

use super::{Turn, delivering, proving, renewing};
use crate::account::Account;
use crate::event::{Effect, Ending, LogLevel, Opening, Reply, Ticket, Trip};
use crate::refused::{Code, Refused};
use crate::words;
use crate::work::{Phase, SignIn, Task, Work};
use chrono::Duration;
use daypass_brokers::{Artefact, BrokerError, Probe};
use daypass_domain::ledger::Happening;
use daypass_domain::{Grant, Problem, UserId};

/// Longer than any request may take; only a lost answer ever gets here.
pub(super) const FLIGHT_LIMIT: Duration = Duration::seconds(60);

/// What an opener says where no browser took the address.
const NO_BROWSER: [&str; 2] = ["no_browser", "browser_failed"];

pub(super) fn ask(account: &mut Account, turn: &mut Turn<'_>, open: bool, ticket: Ticket) {
    if let Some(missing) = &account.setup.missing {
        let problem = missing.clone();
        return turn.reply(ticket, Err(Refused { code: Code::NoCredentials, problem }));
    }
    let id = account.setup.account.id.clone();
    let note = words::sign_in_note(account, turn.now);
    match &mut account.work {
        Some(Work { task: Task::SignIn(sign_in), until, attempt, .. }) => {
            // Shared: whoever comes second gets the same address. A browser opens only if none was opened yet.
            if let (Some(url), Phase::Waiting) = (&sign_in.url, &sign_in.phase) {
                if open && !sign_in.browser {
                    (sign_in.browser, sign_in.opening) = (true, true);
                    turn.emit(Effect::OpenBrowser(id, *attempt));
                }
                if sign_in.opening {
                    return sign_in.asked.push(ticket);
                }
                let reply = Reply::SignIn { url: url.clone(), until: *until, browser: sign_in.browser, note };
                turn.reply(ticket, Ok(reply));
            } else if matches!(sign_in.phase, Phase::Starting) {
                sign_in.asked.push(ticket);
                sign_in.clicked |= open;
            } else {
                turn.reply(ticket, Ok(Reply::Done));
            }
        }
        Some(work) if !crate::next::yields(&work.task) => {
            turn.reply(ticket, Err(Refused { code: Code::CannotStart, problem: words::busy() }));
        }
        _ => start(account, turn, if open { Opening::ForAClick } else { Opening::No }, ticket),
    }
}

/// Opens the listener, and the browser after it.
pub(super) fn start(account: &mut Account, turn: &mut Turn<'_>, open: Opening, ticket: Ticket) {
    let asked = if ticket == Ticket::default() { Vec::new() } else { vec![ticket] };
    begin(account, turn, open, asked);
}

fn begin(account: &mut Account, turn: &mut Turn<'_>, open: Opening, asked: Vec<Ticket>) {
    let attempt = turn.attempt();
    let browser = open != Opening::No;
    let sign_in = SignIn { phase: Phase::Starting, browser, opening: browser, url: None, asked, clicked: false };
    let until = turn.now + account.policy(turn.policy).sign_in_wait;
    account.work = Some(Work { attempt, since: turn.now, until, task: Task::SignIn(sign_in) });
    account.facts.campaign.asked_until = None;
    turn.emit(Effect::Listen { account: account.setup.account.id.clone(), attempt, open });
}

pub(super) fn listening(account: &mut Account, turn: &mut Turn<'_>, result: Result<String, Problem>) {
    let Some(Work { task: Task::SignIn(sign_in), .. }) = &mut account.work else { return };
    match result {
        Ok(url) => {
            sign_in.phase = Phase::Waiting;
            sign_in.url = Some(url);
            if !sign_in.opening {
                tell_address(account, turn);
            }
            turn.log(account, LogLevel::Info, "Waiting for the browser");
        }
        Err(problem) if problem.code == Opening::NOBODY_THERE => {
            let (asked, clicked) = (std::mem::take(&mut sign_in.asked), sign_in.clicked);
            account.work = None;
            if !asked.is_empty() {
                // Somebody has come meanwhile, or a program wants the address; that one reminds nobody.
                if !clicked {
                    super::warning::tell_instead(account, turn);
                }
                return begin(account, turn, if clicked { Opening::ForAClick } else { Opening::No }, asked);
            }
            turn.log(account, LogLevel::Info, "Nobody is at the computer; no browser was opened");
            super::warning::tell_instead(account, turn);
            tell_waiting(account, turn);
        }
        Err(problem) => {
            let asked = std::mem::take(&mut sign_in.asked);
            account.work = None;
            let refused = Refused { code: Code::CannotStart, problem: problem.clone() };
            asked.into_iter().for_each(|ticket| turn.reply(ticket, Err(refused.clone())));
            turn.log(account, LogLevel::Warn, format!("The sign-in could not begin: {problem}"));
            account.trouble = Some(problem);
            tell_waiting(account, turn);
            renewing::sign_in_failed(account, turn, false);
        }
    }
}

/// A browser that did not open is no end: the address can be copied, and the next click tries again.
pub(super) fn opened(account: &mut Account, turn: &mut Turn<'_>, result: Result<(), Problem>) {
    let Some(Work { task: Task::SignIn(sign_in), .. }) = &mut account.work else { return };
    sign_in.opening = false;
    let waits = matches!(sign_in.phase, Phase::Starting | Phase::Waiting);
    match result {
        Err(problem) if waits => {
            sign_in.browser = false;
            account.trouble = Some(problem.clone());
            // A click in the tray has no other place for an answer, and neither has a sign-in that began by itself.
            super::warning::tell_no_browser(account, turn, &problem);
        }
        // It opens again.
        Ok(()) => {
            account.trouble.take_if(|trouble| NO_BROWSER.contains(&trouble.code.as_ref()));
        }
        Err(_) => {}
    }
    tell_address(account, turn);
}

/// Replies to everybody who waits for the address.
fn tell_address(account: &mut Account, turn: &mut Turn<'_>) {
    let note = words::sign_in_note(account, turn.now);
    let Some(Work { task: Task::SignIn(sign_in), until, .. }) = &mut account.work else { return };
    let Some(url) = sign_in.url.clone() else { return };
    let reply = Reply::SignIn { url, until: *until, browser: sign_in.browser, note };
    for ticket in std::mem::take(&mut sign_in.asked) {
        turn.reply(ticket, Ok(reply.clone()));
    }
}

pub(super) fn returned(account: &mut Account, turn: &mut Turn<'_>, result: Result<Artefact, Problem>) {
    tell_address(account, turn);
    let Some(Work { task: Task::SignIn(sign_in), until, attempt, .. }) = &mut account.work else { return };
    match result {
        Ok(artefact) => {
            sign_in.phase = Phase::Exchanging;
            *until = turn.now + FLIGHT_LIMIT;
            let effect = Effect::Exchange(account.setup.account.id.clone(), *attempt, artefact);
            turn.emit(effect);
        }
        Err(problem) => failed(account, turn, problem),
    }
}

pub(super) fn exchanged(account: &mut Account, turn: &mut Turn<'_>, result: Result<Grant, BrokerError>) {
    match result {
        Err(error) => failed(account, turn, error.problem),
        Ok(grant) => proving::examine(account, turn, grant),
    }
}

fn record_failed(account: &Account, turn: &mut Turn<'_>) {
    let Some(problem) = &account.trouble else { return };
    let (code, what) = (problem.code.to_string().into(), problem.what.to_string().into());
    turn.record(account, Happening::SignInFailed { code, what });
}

/// The vault has answered: say on the page how it ended.
pub(super) fn stored(account: &mut Account, turn: &mut Turn<'_>, not_saved: Option<Problem>) {
    let Some(Work { task: Task::SignIn(SignIn { phase: Phase::Saving { proven }, .. }), since, .. }) = &account.work
    else {
        return;
    };
    let grant = account.grant.as_ref();
    let ending = Ending::SignedIn {
        user: grant.and_then(|grant| grant.user.as_ref()).map(|user| user.0.clone()),
        until: grant.and_then(|grant| grant.access_ends),
        proven: *proven,
        not_saved,
        took: turn.now - *since,
    };
    turn.log(account, LogLevel::Info, "Token refresh successful");
    super::warning::tell_done(account, turn);
    end(account, turn, ending);
}

pub(super) fn wrong_user(account: &mut Account, turn: &mut Turn<'_>, user: Option<UserId>) {
    let got = user.map(|user| user.0).unwrap_or_default();
    let wanted = account.expected_user().map(|user| user.0.clone()).unwrap_or_default();
    account.trouble = Some(words::wrong_user(&got, &wanted));
    turn.log(account, LogLevel::Warn, format!("{got} signed in, not {wanted}; nothing was changed"));
    record_failed(account, turn);
    end(account, turn, Ending::WrongUser { got, wanted });
    renewing::sign_in_failed(account, turn, false);
}

pub(super) fn failed(account: &mut Account, turn: &mut Turn<'_>, problem: Problem) {
    turn.log(account, LogLevel::Warn, format!("The sign-in failed: {} ({})", problem.what, problem.code));
    account.trouble = Some(problem.clone());
    let blocks = problem.remedy == daypass_domain::Remedy::FixSetting;
    record_failed(account, turn);
    end(account, turn, Ending::Failed(problem));
    renewing::sign_in_failed(account, turn, blocks);
}

/// The work under way has had its time.
pub(super) fn give_up(account: &mut Account, turn: &mut Turn<'_>) {
    let Some(work) = account.work.as_ref() else { return };
    match &work.task {
        // The vault is silent: bots get the token from memory, and it is written later.
        Task::SignIn(SignIn { phase: Phase::Saving { .. }, .. }) => {
            delivering::saved(account, turn, Err(words::vault_silent()));
        }
        Task::SignIn(SignIn { phase: Phase::Proving(proving), .. }) => {
            let grant = proving.grant.clone();
            proving::accept(account, turn, grant, false);
        }
        Task::SignIn(SignIn { phase: Phase::Exchanging, .. }) => failed(account, turn, words::no_answer(account)),
        Task::SignIn(_) => {
            let waited = work.until - work.since;
            account.trouble = Some(words::too_late(waited));
            record_failed(account, turn);
            end(account, turn, Ending::TooLate { waited });
            renewing::sign_in_failed(account, turn, false);
        }
        Task::Probe => {
            super::probing::probed(account, turn, Probe::Unknown(words::no_answer(account)), Trip::default());
        }
        Task::Renew(_) => renewing::lost(account, turn),
        Task::SignOut => super::signing_out::finish(account, turn),
    }
}

pub(super) fn cancel(account: &mut Account, turn: &mut Turn<'_>, ticket: Ticket) {
    let cancellable = match account.work.as_ref().map(|work| &work.task) {
        Some(Task::SignIn(sign_in)) => matches!(sign_in.phase, Phase::Starting | Phase::Waiting),
        _ => false,
    };
    if !cancellable {
        return turn.reply(ticket, Err(Refused { code: Code::NothingToDo, problem: words::nothing_to_cancel() }));
    }
    call_off(account, turn);
    // Whoever cancels wants quiet: the attempt counts, and nothing is asked again before its pause is over.
    renewing::sign_in_failed(account, turn, false);
    turn.reply(ticket, Ok(Reply::Done));
}

/// Ends a sign-in by choice. Whatever trouble there was before is still there.
pub(super) fn call_off(account: &mut Account, turn: &mut Turn<'_>) {
    let before = account.trouble.replace(words::cancelled());
    end(account, turn, Ending::Cancelled);
    account.trouble = before;
}

fn end(account: &mut Account, turn: &mut Turn<'_>, ending: Ending) {
    if let Some(work) = account.work.take() {
        turn.emit(Effect::Close(account.setup.account.id.clone(), work.attempt, ending));
        if let Task::SignIn(sign_in) = work.task {
            let problem = account.trouble.clone().unwrap_or_else(words::cancelled);
            let refused = Refused { code: Code::CannotStart, problem };
            sign_in.asked.into_iter().for_each(|ticket| turn.reply(ticket, Err(refused.clone())));
        }
    }
    tell_waiting(account, turn);
}

/// Replies to everybody who waits for the end of the work.
pub(super) fn tell_waiting(account: &mut Account, turn: &mut Turn<'_>) {
    let reply = match &account.trouble {
        Some(problem) => Err(Refused { code: Code::Failed, problem: problem.clone() }),
        None => Ok(Reply::Done),
    };
    for ticket in std::mem::take(&mut account.waiting) {
        turn.reply(ticket, reply.clone());
    }
}
