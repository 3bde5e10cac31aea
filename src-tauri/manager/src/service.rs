//! The crank: one task that owns the state, feeds events to `step` and hands the effects on.
//!
//! It decides nothing. A slow broker cannot delay anybody, because effects are carried out elsewhere ([`Hands`]) and come
//! back as events. What this is not: it reads no clock; [`Clock`] is given to it.

use crate::event::{Answer, Ask, Effect, Event, LogLevel, Reply, Ticket};
use crate::hand_out::{Lasting, Outlook};
use crate::notice::Telling;
use crate::refused::{Code, Refused};
use crate::show::{self, snapshot};
use crate::state::State;
use crate::step::step;
use crate::view::{AccountView, Snapshot, VaultView};
use async_trait::async_trait;
use chrono::Duration;
use daypass_domain::{AccountId, Attempt, Moment, Policy, Problem, Remedy};
use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

/// Time, given from outside.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Moment;
    /// Waits until that moment of real time, through sleep of the computer and changes of its clock.
    async fn until(&self, moment: Moment);
    /// Takes a correction over, if there is one: how far `now` has jumped forward by it. Called between two turns only.
    fn adopt(&self) -> Duration {
        Duration::zero()
    }
}

/// Whoever carries effects out. Must not block: it starts the work and returns; the answer comes through the handle.
pub trait Hands: Send + 'static {
    /// Carries one effect out. `Tell`, `Reply`, `Log` and `Changed` never get here.
    fn carry_out(&mut self, effect: Effect, handle: &Handle);
}

/// The way to the manager; cheap to clone.
#[derive(Clone)]
pub struct Handle {
    inbox: mpsc::UnboundedSender<Input>,
    version: watch::Receiver<u64>,
    tellings: broadcast::Sender<Telling>,
}

#[allow(clippy::large_enum_variant, reason = "a handful of these are alive at a time")]
enum Input {
    Order(Order),
    Question(Question),
    Stop(oneshot::Sender<()>),
}

/// What turns the crank.
#[allow(clippy::large_enum_variant, reason = "a handful of these are alive at a time")]
enum Order {
    Event(Event),
    Ask(AccountId, Ask, oneshot::Sender<Result<Reply, Refused>>),
    Policy(Box<Policy>),
    ClockOff(Option<Duration>),
}

/// What changes nothing.
enum Question {
    Look(oneshot::Sender<Snapshot>),
    LookAt(AccountId, oneshot::Sender<Option<(AccountView, VaultView)>>),
    HandOut(AccountId, Lasting, oneshot::Sender<Result<Outlook, Refused>>),
}

/// How many notifications may wait for a slow desktop before the oldest is dropped; each replaces the one before anyway.
const TELLINGS_KEPT: usize = 256;

/// Starts the loop.
pub fn start(policy: Policy, clock: Arc<dyn Clock>, hands: impl Hands) -> (Handle, impl Future<Output = ()> + Send) {
    let (inbox, receiver) = mpsc::unbounded_channel();
    let (changed, version) = watch::channel(0);
    let (tellings, _) = broadcast::channel(TELLINGS_KEPT);
    let handle = Handle { inbox, version, tellings };
    let turner = Turner {
        state: State::default(),
        policy,
        clock,
        hands,
        changed,
        tickets: HashMap::new(),
        last_ticket: 0,
        handle: handle.clone(),
    };
    (handle, turner.run(receiver))
}

struct Turner<H> {
    state: State,
    policy: Policy,
    clock: Arc<dyn Clock>,
    hands: H,
    changed: watch::Sender<u64>,
    tickets: HashMap<Ticket, oneshot::Sender<Result<Reply, Refused>>>,
    last_ticket: u64,
    handle: Handle,
}

impl<H: Hands> Turner<H> {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Input>) {
        let clock = self.clock.clone();
        loop {
            let due = self.state.next_moment();
            let mut wait = pin!(async {
                match due {
                    Some(moment) => clock.until(moment).await,
                    None => std::future::pending().await,
                }
            });
            // What was only asked changes nothing, so that the wait goes on: bots ask often.
            let order = loop {
                tokio::select! {
                    biased;
                    input = inbox.recv() => match input {
                        Some(Input::Stop(done)) => {
                            let _ = done.send(());
                            return;
                        }
                        Some(Input::Question(question)) => self.answer(question),
                        Some(Input::Order(order)) => break Some(order),
                        None => return,
                    },
                    () = &mut wait => break None,
                }
            };
            match order {
                Some(order) => self.take(order),
                None => self.turn(Event::Tick),
            }
        }
    }

    fn answer(&self, question: Question) {
        let (state, policy, now) = (&self.state, &self.policy, self.clock.now());
        match question {
            Question::Look(reply) => {
                let _ = reply.send(snapshot(state, policy, now));
            }
            Question::LookAt(id, reply) => {
                let seen = show::one(state, &id, policy, now);
                let _ = reply.send(seen.map(|view| (view, state.vault.clone())));
            }
            Question::HandOut(id, lasting, reply) => {
                let answer = match state.account(&id) {
                    Some(account) => show::outlook(account, policy, now, lasting),
                    None => Err(crate::words::unknown_account(&id)),
                };
                let _ = reply.send(answer);
            }
        }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Event(event) => self.turn(event),
            Order::Ask(id, ask, reply) => {
                self.last_ticket += 1;
                let ticket = Ticket(self.last_ticket);
                self.tickets.insert(ticket, reply);
                self.turn(Event::Ask(id, ask, ticket));
            }
            Order::ClockOff(behind) => {
                let shift = self.clock.adopt();
                self.turn(Event::ClockOff { behind, shift });
            }
            Order::Policy(policy) => {
                self.policy = *policy;
                self.turn(Event::ClockSet);
            }
        }
    }

    fn turn(&mut self, event: Event) {
        let now = self.clock.now();
        for effect in step(&mut self.state, event, now, &self.policy) {
            match effect {
                Effect::Changed => self.changed.send_modify(|version| *version += 1),
                Effect::Tell(telling) => {
                    let _ = self.handle.tellings.send(telling);
                }
                Effect::Reply(ticket, answer) => {
                    if let Some(waiting) = self.tickets.remove(&ticket) {
                        let _ = waiting.send(answer);
                    }
                }
                Effect::Log(account, level, line) => match level {
                    LogLevel::Info => tracing::info!(%account, "{line}"),
                    LogLevel::Warn => tracing::warn!(%account, "{line}"),
                    LogLevel::Error => tracing::error!(%account, "{line}"),
                },
                effect => self.hands.carry_out(effect, &self.handle),
            }
        }
    }
}

impl Handle {
    /// Sends an event.
    pub fn event(&self, event: Event) {
        let _ = self.inbox.send(Input::Order(Order::Event(event)));
    }

    /// Sends an answer to an effect.
    pub fn answer(&self, account: AccountId, attempt: Attempt, answer: Answer) {
        self.event(Event::Answer(account, attempt, answer));
    }

    /// Asks for something and waits for the reply.
    pub async fn ask(&self, account: &AccountId, ask: Ask) -> Result<Reply, Refused> {
        let (reply, answer) = oneshot::channel();
        let _ = self.inbox.send(Input::Order(Order::Ask(account.clone(), ask, reply)));
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// What can be seen now.
    pub async fn look(&self) -> Result<Snapshot, Refused> {
        let (reply, answer) = oneshot::channel();
        let _ = self.inbox.send(Input::Question(Question::Look(reply)));
        answer.await.map_err(|_| stopped())
    }

    /// One account and the vault; nothing if there is no such account.
    pub async fn look_at(&self, account: &AccountId) -> Option<(AccountView, VaultView)> {
        let (reply, answer) = oneshot::channel();
        let _ = self.inbox.send(Input::Question(Question::LookAt(account.clone(), reply)));
        answer.await.ok().flatten()
    }

    /// The token, if it is good for as long as it must last.
    pub async fn hand_out(&self, account: &AccountId, lasting: impl Into<Lasting>) -> Result<Outlook, Refused> {
        let (reply, answer) = oneshot::channel();
        let question = Question::HandOut(account.clone(), lasting.into(), reply);
        let _ = self.inbox.send(Input::Question(question));
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// The clock has a correction to be taken over; this computer's own is then behind by so much, or right.
    pub fn clock_off(&self, behind: Option<Duration>) {
        let _ = self.inbox.send(Input::Order(Order::ClockOff(behind)));
    }

    /// Replaces the general policy.
    pub fn set_policy(&self, policy: Policy) {
        let _ = self.inbox.send(Input::Order(Order::Policy(Box::new(policy))));
    }

    /// Changes whenever anything that can be seen may have changed.
    pub fn version(&self) -> watch::Receiver<u64> {
        self.version.clone()
    }

    /// The number of the last change: whoever has looked since it has seen all there is.
    pub fn seen(&self) -> u64 {
        *self.version.borrow()
    }

    /// Tells people something that is no account's.
    pub fn tell(&self, telling: Telling) {
        // Where no desktop is, nobody hears it.
        let _ = self.tellings.send(telling);
    }

    /// What people are told from now on.
    pub fn tellings(&self) -> broadcast::Receiver<Telling> {
        self.tellings.subscribe()
    }

    /// Ends the loop; what is under way is left as it is.
    pub async fn stop(&self) {
        let (done, over) = oneshot::channel();
        let _ = self.inbox.send(Input::Stop(done));
        let _ = over.await;
    }
}

fn stopped() -> Refused {
    let problem = Problem::new("stopped", "Daypass is closing.", "Start it again.", Remedy::TryAgain);
    Refused { code: Code::NotRunning, problem }
}
