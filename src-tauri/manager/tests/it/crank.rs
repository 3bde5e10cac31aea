//! The crank around `step`: events in their order, replies to whoever asked, and a tick when something is due.

use chrono::Duration;
use daypass_domain::Policy;
use daypass_manager::event::{Found, Written};
use daypass_manager::notice::Telling;
use daypass_manager::{Answer, Ask, Code, Effect, Event, Handle, Hands, Opening, Reply, service};
use daypass_testkit::{FakeClock, Life, SimBroker, World, id, ist, minutes, upstox};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Hands that let the vault answer at once and pass everything else on to the test.
struct Watched(mpsc::UnboundedSender<Effect>);

impl Hands for Watched {
    fn carry_out(&mut self, effect: Effect, handle: &Handle) {
        match effect {
            Effect::Load(account, attempt) => handle.answer(account, attempt, Answer::Loaded(Ok(None))),
            Effect::Calendar(account, attempt, _) => handle.answer(account, attempt, Answer::Calendar(Ok(None))),
            Effect::Record(_) => {}
            effect => drop(self.0.send(effect)),
        }
    }
}

#[tokio::test]
async fn an_ask_is_answered_and_what_is_due_happens_when_the_clock_says_so() {
    let clock = FakeClock::new(ist("17 08:40"));
    let (sender, mut effects) = mpsc::unbounded_channel();
    let (handle, run) = service::start(Policy::default(), Arc::new(clock.clone()), Watched(sender));
    let turning = tokio::spawn(run);
    let upstox_id = id("upstox");
    handle.event(Event::Put(Box::new(upstox())));
    handle.event(Event::Started);

    let unknown = handle.ask(&id("nobody"), Ask::Probe).await.expect_err("no such account");
    assert_eq!(unknown.code, Code::UnknownAccount);

    let asking = tokio::spawn({
        let (handle, account) = (handle.clone(), upstox_id.clone());
        async move { handle.ask(&account, Ask::SignIn { open: true }).await }
    });
    let Some(Effect::Listen { attempt, open: Opening::ForAClick, .. }) = effects.recv().await else {
        panic!("a listener")
    };
    handle.answer(upstox_id.clone(), attempt, Answer::Listening(Ok("http://127.0.0.1:9/dialog".to_owned())));
    handle.answer(upstox_id.clone(), attempt, Answer::Opened(Ok(())));
    let reply = asking.await.expect("a task").expect("a sign-in");
    assert!(matches!(reply, Reply::SignIn { browser: true, until, .. } if until == ist("17 08:45")));

    clock.advance(minutes(5));
    let Some(Effect::Close(..)) = effects.recv().await else { panic!("it waited long enough") };
    let view = handle.look().await.expect("a look").accounts.remove(0);
    assert!(view.work.is_none());
    assert_eq!(handle.hand_out(&upstox_id, Duration::zero()).await.expect_err("no token").code, Code::NoToken);

    handle.stop().await;
    turning.await.expect("the loop ends");
    assert_eq!(handle.ask(&upstox_id, Ask::Probe).await.expect_err("stopped").code, Code::NotRunning);
}

#[tokio::test]
async fn tellings_and_changes_reach_whoever_listens() {
    // A world lends a token that ends while this test looks.
    let mut world = World::new(ist("17 07:00"), SimBroker::new(Life::Own(minutes(480))), vec![upstox()]);
    world.run_for(minutes(0));
    world.sign_in(&id("upstox"));
    let stored = world.vault.disk[&id("upstox")].clone();
    let stored = Found { stored, written: Written { at: world.now, backups: 0 }, stands_in: None };

    let clock = FakeClock::new(ist("17 11:00"));
    let (sender, mut effects) = mpsc::unbounded_channel();
    struct Stocked(mpsc::UnboundedSender<Effect>, Option<Found>);
    impl Hands for Stocked {
        fn carry_out(&mut self, effect: Effect, handle: &Handle) {
            match effect {
                Effect::Load(account, attempt) => handle.answer(account, attempt, Answer::Loaded(Ok(self.1.take()))),
                effect => drop(self.0.send(effect)),
            }
        }
    }
    let (handle, run) = service::start(Policy::default(), Arc::new(clock.clone()), Stocked(sender, Some(stored)));
    let mut tellings = handle.tellings();
    let mut version = handle.version();
    let turning = tokio::spawn(run);
    handle.event(Event::Put(Box::new(upstox())));
    version.changed().await.expect("something can be seen");
    while !matches!(effects.recv().await, Some(Effect::Probe(..))) {}

    clock.set(ist("17 12:00"));
    let told = tellings.recv().await.expect("a telling");
    assert!(matches!(told, Telling::Show(notice) if notice.kind == "orange"));
    handle.stop().await;
    turning.await.expect("the loop ends");
}
