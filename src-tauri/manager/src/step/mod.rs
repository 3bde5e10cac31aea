//! `step`: one event in, effects out. Pure and synchronous; every decision of the program is made here.
//!
//! It dispatches by topic, one file each: signing in, renewing, probing, delivering (disk), warning (people). After each
//! event the touched account is settled: people are told what they have to know, changed facts are written, and its
//! next moment is computed. What this is not: it does nothing itself, and knows no clock.

mod asks;
mod delivering;
mod looking;
mod probing;
mod proving;
mod renewing;
mod signing_in;
mod signing_out;
mod waking;
mod warning;

use crate::account::{Account, Bots, Load};
use crate::event::{Answer, Effect, Event, LogLevel, Presence, Reply, Ticket};
use crate::next::{self, What};
use crate::refused::Refused;
use crate::state::State;
use crate::view::VaultKind;
use crate::words;
use chrono::{Duration, FixedOffset};
use daypass_domain::ledger::{Entry, Happening, Via};
use daypass_domain::{AccountId, Attempt, Generation, Moment, Plain, Policy};

/// A turn that comes this much later than something was due has slept through it, even if nobody says so.
const JUMP: Duration = Duration::minutes(1);

/// One turn of the loop.
pub fn step(state: &mut State, event: Event, now: Moment, policy: &Policy) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut scene = Scene { now, policy, presence: waking::presence(state, now), effects: &mut effects };
    // Whatever comes first after a sleep must not set in motion what was due in it, as if somebody had been there.
    let overdue = state.next_moment().is_some_and(|due| now - due > JUMP);
    if overdue && !matches!(event, Event::Woke | Event::ClockOff { .. }) {
        waking::wake(state, &mut scene);
    }
    match event {
        Event::Started => started(state, &mut scene),
        Event::Tick => {
            for id in state.due(now) {
                with(state, &id, &mut scene, |_, _| {});
            }
        }
        Event::Woke => waking::wake(state, &mut scene),
        Event::ClockSet => each(state, &mut scene, waking::woke),
        Event::ClockOff { behind, shift } => waking::corrected(state, &mut scene, behind, shift),
        Event::Network(there) => waking::network(state, &mut scene, there),
        Event::LocalOffset(offset) => state.local = offset,
        Event::Presence(presence) => {
            state.presence = presence;
            scene.presence = waking::presence(state, now);
            each(state, &mut scene, |_, _| {});
        }
        Event::Put(setup) => {
            let id = setup.account.id.clone();
            state.put(*setup);
            with(state, &id, &mut scene, delivering::load_first);
        }
        Event::Removed(id) => {
            visit(state, &id, &mut scene, signing_out::forget);
            state.remove(&id);
        }
        Event::Vault(vault) => {
            let unlocked = state.vault.kind == VaultKind::Locked && vault.kind != VaultKind::Locked;
            state.vault = vault;
            if unlocked {
                each(state, &mut scene, asks::retry_vault);
            }
        }
        Event::Notes(notes) => state.notes = notes,
        Event::HandedOut(entry) => handed_out(state, entry, Bots::took),
        Event::HandedBefore(entry) => handed_out(state, entry, Bots::had),
        Event::Outlets(id, outlets) => {
            if let Some((account, _)) = state.account_and_attempts(&id) {
                account.outlets = outlets;
            }
        }
        Event::Ask(id, ask, ticket) => {
            let known = with(state, &id, &mut scene, |account, turn| asks::ask(account, turn, &ask, ticket));
            if !known {
                effects.push(Effect::Reply(ticket, Err(words::unknown_account(&id))));
            }
        }
        Event::Answer(id, attempt, answer) => {
            with(state, &id, &mut scene, |account, turn| answered(account, turn, attempt, answer));
        }
    }
    effects.push(Effect::Changed);
    effects
}

fn handed_out(state: &mut State, entry: Entry, note: fn(&mut Bots, Plain, Via, (Generation, Moment))) {
    let Entry { at, account, happening } = entry;
    if let Happening::HandedOut { generation, to, via } = happening
        && let Some((account, _)) = state.account_and_attempts(&account)
    {
        note(&mut account.bots, to, via, (generation, at));
    }
}

/// What is the same for all accounts during one step.
struct Scene<'a> {
    now: Moment,
    policy: &'a Policy,
    presence: Presence,
    effects: &'a mut Vec<Effect>,
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

    /// A line for the ledger.
    pub(crate) fn record(&mut self, account: &Account, happening: Happening) {
        let account = account.setup.account.id.clone();
        self.effects.push(Effect::Record(Entry { at: self.now, account, happening }));
    }

    pub(crate) fn reply(&mut self, ticket: Ticket, answer: Result<Reply, Refused>) {
        if ticket != Ticket::default() {
            self.effects.push(Effect::Reply(ticket, answer));
        }
    }
}

fn started(state: &mut State, scene: &mut Scene<'_>) {
    let at = scene.now;
    for account in state.order() {
        let entry = Entry { at, account: account.clone(), happening: Happening::Started };
        scene.effects.push(Effect::Record(entry));
    }
    let effects = &mut *scene.effects;
    let nobody = state.order().first().cloned();
    if let Some(first) = nobody {
        effects.push(Effect::Log(first, LogLevel::Info, "Token manager service started".into()));
    } else if let Ok(none) = AccountId::new("none") {
        effects.push(Effect::Log(none, LogLevel::Info, "Token manager service started".into()));
    }
}

fn answered(account: &mut Account, turn: &mut Turn<'_>, attempt: Attempt, answer: Answer) {
    match answer {
        Answer::Loaded(stored) => {
            if matches!(account.load, Load::Pending(flight, _) if flight.attempt == attempt) {
                delivering::loaded(account, turn, stored);
            }
        }
        Answer::Saved(written) => {
            if account.saved.pending.is_some_and(|flight| flight.attempt == attempt) {
                delivering::saved(account, turn, written);
            }
        }
        Answer::Calendar(answer) => {
            if account.almanac.asked.is_some_and(|flight| flight.attempt == attempt) {
                looking::calendar(account, turn, answer);
            }
        }
        Answer::Looked(findings) => {
            if account.looking.as_ref().is_some_and(|looking| looking.flight.attempt == attempt) {
                looking::looked(account, turn, findings);
            }
        }
        answer => {
            // An answer with an old number changes nothing, nor does one that nobody waits for any more.
            if account.work.as_ref().is_none_or(|work| work.attempt != attempt || !work.expects(&answer)) {
                return;
            }
            match answer {
                Answer::Listening(result) => signing_in::listening(account, turn, result),
                Answer::Opened(result) => signing_in::opened(account, turn, result),
                Answer::Returned(result) => signing_in::returned(account, turn, result),
                Answer::Exchanged(result) => signing_in::exchanged(account, turn, result),
                Answer::Probed(probe, trip) => probing::probed(account, turn, probe, trip),
                Answer::Renewed(result) => renewing::renewed(account, turn, result),
                Answer::Revoked(result) => signing_out::revoked(account, turn, result),
                Answer::Loaded(_) | Answer::Saved(_) | Answer::Calendar(_) | Answer::Looked(_) => {}
            }
        }
    }
}

fn each(state: &mut State, scene: &mut Scene<'_>, act: impl Fn(&mut Account, &mut Turn<'_>)) {
    for id in state.order().to_vec() {
        with(state, &id, scene, &act);
    }
}

/// Acts on one account, then does all that is due, then settles it. False if there is no such account.
fn with(
    state: &mut State,
    id: &AccountId,
    scene: &mut Scene<'_>,
    act: impl FnOnce(&mut Account, &mut Turn<'_>),
) -> bool {
    let mut at = None;
    let known = visit(state, id, scene, |account, turn| {
        act(account, turn);
        at = settle(account, turn);
    });
    state.schedule(id, at);
    known
}

fn visit(
    state: &mut State,
    id: &AccountId,
    scene: &mut Scene<'_>,
    act: impl FnOnce(&mut Account, &mut Turn<'_>),
) -> bool {
    let local = state.local;
    let Some((account, attempts)) = state.account_and_attempts(id) else { return false };
    let Scene { now, policy, presence, effects } = scene;
    act(account, &mut Turn { now: *now, policy, presence: *presence, local, attempts, effects });
    true
}

/// Does all that is due, tells people, writes what has changed; returns the account's next moment.
fn settle(account: &mut Account, turn: &mut Turn<'_>) -> Option<Moment> {
    let (policy, presence, now) = (turn.policy, turn.presence, turn.now);
    // Each thing done moves its own moment into the future; the bound is a belt for a mistake in that.
    for _ in 0..16 {
        match next::next(account, policy, presence, now) {
            Some(plan) if plan.at <= now => carry_out(account, turn, plan.what),
            _ => break,
        }
    }
    probing::tell_askers(account, turn);
    warning::warn(account, turn);
    delivering::save_if_changed(account, turn);
    next::next(account, policy, presence, now).map(|plan| plan.at)
}

fn carry_out(account: &mut Account, turn: &mut Turn<'_>, what: What) {
    match what {
        What::GiveUp => signing_in::give_up(account, turn),
        What::Resume => asks::resume(account, turn),
        What::LoadLost => delivering::loaded(account, turn, Err(words::vault_silent())),
        What::SaveLost => delivering::saved(account, turn, Err(words::vault_silent())),
        What::LoadAgain => delivering::load(account, turn),
        What::SaveAgain => delivering::save(account, turn),
        What::ProveAgain => proving::prove_again(account, turn),
        What::AttemptOver => renewing::attempt_failed(account, turn),
        What::Probe => probing::probe(account, turn),
        What::Renew => renewing::renew(account, turn),
        What::AskPerson => renewing::ask_person(account, turn),
        What::Ladder => warning::tell_rung(account, turn),
        What::Mark => looking::mark(account, turn),
        What::LookAround => looking::look_around(account, turn),
        What::LookLost => looking::look_lost(account, turn),
        What::Calendar => looking::ask_calendar(account, turn),
        What::CalendarLost => looking::ask_again_later(account, turn),
        What::Look => {}
    }
}
