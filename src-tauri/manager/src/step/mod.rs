//! `step`: one event in, effects out. Pure and synchronous; every decision of the program is made here.
//!
//! It dispatches by topic, one file each: signing in, renewing, probing, delivering (disk), warning (people). After each
//! event the touched account is settled: people are told what they have to know, changed facts are written, and its
//! next moment is computed. What this is not: it does nothing itself, and knows no clock.

mod asks;
mod delivering;
mod probing;
mod renewing;
mod signing_in;
mod signing_out;
mod warning;

use crate::account::{Account, Load};
use crate::event::{Answer, Effect, Event, LogLevel, Presence, Reply, Ticket};
use crate::next::{self, What};
use crate::refused::Refused;
use crate::state::State;
use chrono::FixedOffset;
use daypass_domain::{AccountId, Attempt, Moment, Policy};

/// One turn of the loop.
pub fn step(state: &mut State, event: Event, now: Moment, policy: &Policy) -> Vec<Effect> {
    let mut effects = Vec::new();
    match event {
        Event::Started => started(state, &mut effects),
        Event::Tick => {
            for id in state.due(now) {
                with(state, &id, now, policy, &mut effects, |_, _| {});
            }
        }
        Event::Woke => each(state, now, policy, &mut effects, woke),
        Event::LocalOffset(offset) => state.local = offset,
        Event::Presence(presence) => {
            state.presence = presence;
            each(state, now, policy, &mut effects, |_, _| {});
        }
        Event::Put(setup) => {
            let id = setup.account.id.clone();
            state.put(*setup);
            with(state, &id, now, policy, &mut effects, delivering::load_first);
        }
        Event::Removed(id) => {
            with(state, &id, now, policy, &mut effects, signing_out::forget);
            state.remove(&id);
        }
        Event::Vault(vault) => state.vault = vault,
        Event::Notes(notes) => state.notes = notes,
        Event::Ask(id, ask, ticket) => {
            let known =
                with(state, &id, now, policy, &mut effects, |account, turn| asks::ask(account, turn, &ask, ticket));
            if !known {
                effects.push(Effect::Reply(ticket, Err(crate::words::unknown_account(&id))));
            }
        }
        Event::Answer(id, attempt, answer) => {
            with(state, &id, now, policy, &mut effects, |account, turn| answered(account, turn, attempt, answer));
        }
    }
    effects.push(Effect::Changed);
    effects
}

/// What a topic may use during one turn, beside its account.
pub(crate) struct Turn<'a> {
    pub(crate) now: Moment,
    pub(crate) policy: &'a Policy,
    pub(crate) presence: Presence,
    pub(crate) local: FixedOffset,
    attempts: &'a mut u64,
    effects: &'a mut Vec<Effect>,
}

impl Turn<'_> {
    /// The number for a new piece of work.
    pub(crate) fn attempt(&mut self) -> Attempt {
        *self.attempts += 1;
        Attempt(*self.attempts)
    }

    pub(crate) fn emit(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(crate) fn log(&mut self, account: &Account, level: LogLevel, line: impl Into<String>) {
        self.effects.push(Effect::Log(account.setup.account.id.clone(), level, line.into()));
    }

    pub(crate) fn reply(&mut self, ticket: Ticket, answer: Result<Reply, Refused>) {
        if ticket != Ticket::default() {
            self.effects.push(Effect::Reply(ticket, answer));
        }
    }
}

fn started(state: &mut State, effects: &mut Vec<Effect>) {
    let nobody = state.order().first().cloned();
    if let Some(first) = nobody {
        effects.push(Effect::Log(first, LogLevel::Info, "Token manager service started".into()));
    } else if let Ok(none) = AccountId::new("none") {
        effects.push(Effect::Log(none, LogLevel::Info, "Token manager service started".into()));
    }
}

fn woke(account: &mut Account, _turn: &mut Turn<'_>) {
    account.proof.at_once = account.grant.is_some();
    // An outage may be what the attempts failed on: the way is free again.
    if account.facts.campaign.manual && !account.facts.campaign.blocked {
        account.facts.campaign = crate::account::Campaign::default();
    }
}

fn answered(account: &mut Account, turn: &mut Turn<'_>, attempt: Attempt, answer: Answer) {
    match answer {
        Answer::Loaded(stored) => {
            if account.load == Load::Pending(attempt) {
                delivering::loaded(account, turn, stored);
            }
        }
        Answer::Saved(written) => {
            if account.saved.pending == Some(attempt) {
                delivering::saved(account, turn, written);
            }
        }
        answer => {
            // An answer with an old number changes nothing.
            if account.work.as_ref().is_none_or(|work| work.attempt != attempt) {
                return;
            }
            match answer {
                Answer::Listening(result) => signing_in::listening(account, turn, result),
                Answer::Returned(result) => signing_in::returned(account, turn, result),
                Answer::Exchanged(result) => signing_in::exchanged(account, turn, result),
                Answer::Probed(probe) => probing::probed(account, turn, probe),
                Answer::Renewed(result) => renewing::renewed(account, turn, result),
                Answer::Revoked(result) => signing_out::revoked(account, turn, result),
                Answer::Loaded(_) | Answer::Saved(_) => {}
            }
        }
    }
}

fn each(
    state: &mut State,
    now: Moment,
    policy: &Policy,
    effects: &mut Vec<Effect>,
    act: impl Fn(&mut Account, &mut Turn<'_>),
) {
    for id in state.order().to_vec() {
        with(state, &id, now, policy, effects, &act);
    }
}

/// Acts on one account, then does all that is due, then settles it. False if there is no such account.
fn with(
    state: &mut State,
    id: &AccountId,
    now: Moment,
    policy: &Policy,
    effects: &mut Vec<Effect>,
    act: impl FnOnce(&mut Account, &mut Turn<'_>),
) -> bool {
    let (presence, local) = (state.presence, state.local);
    let Some((account, attempts)) = state.account_and_attempts(id) else { return false };
    let mut turn = Turn { now, policy, presence, local, attempts, effects };
    act(account, &mut turn);
    // Each thing done moves its own moment into the future; the bound is a belt for a mistake in that.
    for _ in 0..12 {
        match next::next(account, policy, presence, now) {
            Some(plan) if plan.at <= now => carry_out(account, &mut turn, plan.what),
            _ => break,
        }
    }
    warning::warn(account, &mut turn);
    delivering::save_if_changed(account, &mut turn);
    let at = next::next(account, policy, presence, now).map(|plan| plan.at);
    state.schedule(id, at);
    true
}

fn carry_out(account: &mut Account, turn: &mut Turn<'_>, what: What) {
    match what {
        What::GiveUp => signing_in::give_up(account, turn),
        What::Resume => account.facts.paused = None,
        What::LoadAgain => delivering::load(account, turn),
        What::SaveAgain => delivering::save(account, turn),
        What::ProveAgain => signing_in::prove_again(account, turn),
        What::AttemptOver => renewing::attempt_failed(account, turn),
        What::Probe => probing::probe(account, turn),
        What::Renew => renewing::renew(account, turn),
        What::AskPerson => renewing::ask_person(account, turn),
        What::Ladder => warning::tell_rung(account, turn),
        What::Look => {}
    }
}
