//! A small world around the manager's `step`: broker, vault, browser and person are models, and time jumps from one event
//! to the next.
//!
//! Single-threaded and exact: the same script gives the same record. After each step it checks what must always be true
//! (nothing is due in the past, work under way has an end, no ended token is handed out), so that every test that uses
//! it checks that as well. What this is not: a model of slow software; whatever has no duration of its own takes none.

pub(crate) mod broker;
mod hands;
pub(crate) mod person;
pub(crate) mod record;
pub(crate) mod vault;

use broker::SimBroker;
use chrono::Duration;
use daypass_domain::{AccountId, Attempt, Calendar, Moment, Policy};
use daypass_manager::account::{Account, Setup};
use daypass_manager::check::Finding;
use daypass_manager::event::{Presence, Stored, Ticket};
use daypass_manager::view::{AccountView, Level, Snapshot};
use daypass_manager::{Answer, Ask, Event, State, hand_out, health, snapshot, step};
use person::Person;
use record::{Entry, Record};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use vault::SimVault;

/// More turns than this in one run means that something turns without end.
const TURNS_PER_RUN: u32 = 200_000;

/// The world.
#[derive(Debug)]
pub struct World {
    /// The manager's state.
    pub state: State,
    /// The general policy.
    pub policy: Policy,
    /// What time it is.
    pub now: Moment,
    /// The broker of all accounts.
    pub broker: SimBroker,
    /// Where tokens are kept.
    pub vault: SimVault,
    /// Who is there.
    pub person: Person,
    /// No listener can be opened.
    pub port_taken: bool,
    /// No browser opens.
    pub no_browser: bool,
    /// What the broker says of its exchanges; nothing: it cannot be asked.
    pub calendar: Option<Arc<Calendar>>,
    /// What there is to see of the computer.
    pub findings: Vec<Finding>,
    /// Somebody has gone, and nobody noticed yet: idleness shows only to whoever asks.
    pub gone: bool,
    /// What happened.
    pub record: Record,
    setups: Vec<Setup>,
    presence: Presence,
    coming: VecDeque<(Moment, Coming)>,
    tickets: u64,
    levels: BTreeMap<AccountId, Level>,
}

/// Something that will happen by itself.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a handful of these are alive at a time")]
enum Coming {
    Event(Event),
    Load(AccountId, Attempt),
    Save(AccountId, Attempt, Box<Stored>),
}

impl World {
    /// A world in which these accounts are set up and nobody has signed in; the program has just started.
    pub fn new(now: Moment, broker: SimBroker, setups: Vec<Setup>) -> Self {
        let mut world = Self {
            state: State::default(),
            policy: Policy::default(),
            now,
            broker,
            vault: SimVault::default(),
            person: Person::NOBODY,
            port_taken: false,
            no_browser: false,
            calendar: None,
            findings: Vec::new(),
            gone: false,
            record: Record::default(),
            setups,
            presence: Presence::There,
            coming: VecDeque::new(),
            tickets: 0,
            levels: BTreeMap::new(),
        };
        world.start();
        world
    }

    /// The program starts, with nothing but what is on disk.
    pub fn start(&mut self) {
        for setup in self.setups.clone() {
            self.event(Event::Put(Box::new(setup)));
        }
        self.event(Event::Presence(self.presence));
        self.event(Event::Started);
    }

    /// The program is killed and started again: whatever was not written or answered is lost.
    pub fn crash(&mut self) {
        self.state = State::default();
        self.coming.clear();
        self.start();
    }

    /// The program is killed, and started again when so much time has passed.
    pub fn crash_for(&mut self, span: Duration) {
        self.coming.clear();
        self.now += span;
        self.crash();
    }

    /// Goes from event to event until that moment.
    pub fn run_until(&mut self, moment: Moment) {
        for _ in 0..TURNS_PER_RUN {
            let due = self.state.next_moment();
            let comes = self.coming.iter().map(|(at, _)| *at).min();
            let Some(next) = due.into_iter().chain(comes).min().filter(|next| *next <= moment) else {
                self.now = self.now.max(moment);
                return;
            };
            self.now = self.now.max(next);
            match self.coming.iter().position(|(at, _)| *at <= self.now) {
                Some(first) => self.happen(first),
                None => self.event(Event::Tick),
            }
        }
        panic!("the world turns without end at {}: next is {:?}", self.now, self.state.next_moment());
    }

    /// Goes on for so long.
    pub fn run_for(&mut self, span: Duration) {
        self.run_until(self.now + span);
    }

    /// The computer sleeps until that moment and wakes; answers that came meanwhile are read after that.
    pub fn sleep_until(&mut self, moment: Moment) {
        self.now = moment;
        self.event(Event::Woke);
        self.run_for(Duration::zero());
    }

    /// Somebody comes or goes.
    pub fn presence(&mut self, presence: Presence) {
        self.presence = presence;
        self.event(Event::Presence(presence));
        self.run_for(Duration::zero());
    }

    /// Asks, and lets everything happen that takes no time. The ticket finds the reply in the record.
    pub fn ask(&mut self, id: &AccountId, ask: Ask) -> Ticket {
        let ticket = self.ask_only(id, ask);
        self.run_for(Duration::zero());
        ticket
    }

    /// Asks, and lets nothing else happen.
    pub fn ask_only(&mut self, id: &AccountId, ask: Ask) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.event(Event::Ask(id.clone(), ask, ticket));
        ticket
    }

    /// A person signs in by a click, at once.
    pub fn sign_in(&mut self, id: &AccountId) {
        let person = std::mem::replace(&mut self.person, Person::signing_in_after(Duration::zero()));
        self.ask(id, Ask::SignIn { open: true });
        self.person = person;
    }

    /// Gives one event to the manager, carries out what it wants, and checks what must always be true.
    pub fn event(&mut self, event: Event) {
        let effects = step(&mut self.state, event, self.now, &self.policy);
        effects.into_iter().for_each(|effect| self.carry_out(effect));
        self.check();
        self.note_levels();
    }

    /// One account.
    ///
    /// # Panics
    /// If it is not there.
    pub fn account(&self, id: &AccountId) -> &Account {
        self.state.account(id).expect("an account of this world")
    }

    /// What can be seen of one account now.
    ///
    /// # Panics
    /// If it is not there.
    pub fn view(&self, id: &AccountId) -> AccountView {
        let views = self.snapshot().accounts;
        views.into_iter().find(|view| view.id == id.as_str()).expect("an account of this world")
    }

    /// Everything that can be seen now.
    pub fn snapshot(&self) -> Snapshot {
        snapshot(&self.state, &self.policy, self.now)
    }

    /// The text of the token that a bot would get now.
    pub fn token(&self, id: &AccountId) -> Option<String> {
        let handed = hand_out(self.account(id), self.now, Duration::zero()).ok()?;
        Some(handed.token.expose().to_owned())
    }

    fn happen(&mut self, index: usize) {
        let Some((_, coming)) = self.coming.remove(index) else { return };
        match coming {
            Coming::Event(event) => self.event(event),
            Coming::Load(id, attempt) => {
                let answer = Answer::Loaded(self.vault.load(&id, self.now));
                self.event(Event::Answer(id, attempt, answer));
            }
            Coming::Save(id, attempt, stored) => {
                let generation = stored.generation;
                let written = self.vault.save(&id, *stored, self.now);
                if written.is_ok() {
                    self.record.note(self.now, &id, Entry::Saved(generation));
                }
                self.event(Event::Answer(id, attempt, Answer::Saved(written)));
            }
        }
    }

    /// The laws of every moment.
    fn check(&self) {
        if let Some(next) = self.state.next_moment() {
            assert!(next > self.now, "due at {next}, which is not after {}", self.now);
        }
        for account in self.state.accounts() {
            let id = &account.setup.account.id;
            if account.work.is_some() || account.saved.pending.is_some() {
                assert!(self.state.next_moment().is_some(), "{id} has work under way and nobody looks after it");
            }
            if let Ok(handed) = hand_out(account, self.now, Duration::zero()) {
                assert!(handed.ends.is_none_or(|end| end > self.now), "{id} hands out an ended token");
                assert!(account.facts.refused.is_none(), "{id} hands out a refused token");
            }
        }
    }

    fn note_levels(&mut self) {
        for account in self.state.accounts() {
            let id = account.setup.account.id.clone();
            let level = health(account, &self.policy, self.now).level;
            if self.levels.insert(id.clone(), level) != Some(level) {
                self.record.note(self.now, &id, Entry::Level(level));
            }
        }
    }
}

/// The id of an account.
///
/// # Panics
/// If the text names no account.
pub fn id(text: &str) -> AccountId {
    AccountId::new(text).expect("a test's account id")
}
