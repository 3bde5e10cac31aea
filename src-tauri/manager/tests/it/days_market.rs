//! Days on which the market waits for nobody: the trap of 02:30, a lid that was shut, a broker that is silent, and bots
//! that all complain at once.

use chrono_tz::Asia::Kolkata;
use daypass_domain::{Generation, Moment};
use daypass_manager::event::{Presence, Ticket};
use daypass_manager::view::{Level, Ready, Standing};
use daypass_manager::{Ask, Event, Reply};
use daypass_testkit::{Life, Person, Request, SimBroker, Weather, World, id, ist, minutes, seconds, upstox};

/// At Upstox, and nobody has signed in yet.
pub(crate) fn at_upstox(now: Moment) -> World {
    let cutoff = upstox().profile.cutoff.expect("Upstox has a cut-off");
    let mut world = World::new(now, SimBroker::new(Life::Cutoff(cutoff)), vec![upstox()]);
    world.run_for(seconds(0));
    world
}

/// The same, and somebody signs in at once.
pub(crate) fn signed_in(now: Moment) -> World {
    let mut world = at_upstox(now);
    world.sign_in(&id("upstox"));
    world
}

/// What was told since then: when, and which kind.
pub(crate) fn told(world: &World, since: Moment) -> Vec<(Moment, &str)> {
    world.record.notices().filter(|(at, _)| *at >= since).map(|(at, notice)| (at, notice.kind.as_str())).collect()
}

/// What whoever asked for a sign-in was told about it.
fn note(world: &World, ticket: Ticket) -> Option<String> {
    match world.record.replies(ticket)[..] {
        [Ok(Reply::SignIn { note, .. })] => note.clone(),
        ref other => panic!("one reply with an address: {other:?}"),
    }
}

#[test]
fn a_sign_in_at_02_29_says_first_what_it_would_give() {
    let mut world = at_upstox(ist("18 02:29"));
    let upstox = id("upstox");
    world.person = Person::signing_in_after(minutes(2));
    let ticket = world.ask(&upstox, Ask::SignIn { open: true });
    assert_eq!(
        note(&world, ticket).as_deref(),
        Some(
            "This sign-in would end at 03:30 IST, before the market opens at 09:15 IST. \
             Sign in after 03:30 IST."
        )
    );
    assert!(world.token(&upstox).is_none(), "said before anything has begun");
    world.run_until(ist("18 02:32"));
    let readiness = world.view(&upstox).readiness.expect("a session is to come");
    assert_eq!(readiness.state, Ready::NotReady);
    assert_eq!(readiness.why.as_deref(), Some("The token ends at 03:30 IST, before the market opens at 09:15 IST."));
    assert_eq!(readiness.sign_in_from, Some(ist("18 03:30")));
    world.run_until(ist("18 12:00"));
    assert_eq!(
        world.record.page(Kolkata, ist("18 02:29")),
        "\
Wed 02:29 icon red
Wed 02:29 browser opens
Wed 02:31 notification withdrawn
Wed 02:31 bots have token 1
Wed 02:31 notification done: Upstox is signed in. Valid until 03:30 IST.
Wed 02:31 page: signed in
Wed 08:00 notification hint: Upstox ended at 03:30 IST, as every night. Sign in any time before 08:45 IST.
Wed 08:30 browser opens
Wed 08:32 notification withdrawn
Wed 08:32 icon green
Wed 08:32 bots have token 2
Wed 08:32 notification done: Upstox is signed in. Valid until 03:30 IST.
Wed 08:32 page: signed in
"
    );
}

#[test]
fn what_a_sign_in_would_give_at_other_times() {
    let held = || signed_in(ist("17 08:41"));
    let friday = || signed_in(ist("20 08:41"));
    let rows: Vec<(&str, World, Moment, Option<&str>)> = vec![
        ("in the morning there is nothing to say", at_upstox(ist("17 08:00")), ist("17 08:30"), None),
        (
            "while a token is held a new one ends with it",
            held(),
            ist("17 10:00"),
            Some("This sign-in would end at 03:30 IST, like the token that is held. Sign in after 03:30 IST."),
        ),
        (
            "in the evening it gives nothing for the morning",
            at_upstox(ist("17 17:00")),
            ist("17 17:00"),
            Some("This sign-in would end at 03:30 IST, before the market opens at 09:15 IST. Sign in after 03:30 IST."),
        ),
        (
            "on a Saturday it gives nothing for Monday",
            friday(),
            ist("21 11:00"),
            Some(
                "This sign-in would end at 03:30 IST, before the market opens at 09:15 IST on Monday. \
                 Sign in after 03:30 IST on Monday.",
            ),
        ),
    ];
    for (sentence, mut world, now, expected) in rows {
        world.run_until(now);
        let ticket = world.ask(&id("upstox"), Ask::SignIn { open: false });
        assert_eq!(note(&world, ticket).as_deref(), expected, "{sentence}");
        let again = world.ask(&id("upstox"), Ask::SignIn { open: false });
        assert_eq!(note(&world, again).as_deref(), expected, "{sentence}, and whoever joins hears it too");
    }
}

#[test]
fn the_program_itself_starts_no_sign_in_that_gives_nothing() {
    let mut world = signed_in(ist("17 08:41"));
    world.run_until(ist("18 03:29"));
    assert_eq!((world.record.tabs(), told(&world, ist("17 08:42"))), (1, vec![]), "one at 08:41, by a click");
    assert_eq!(world.view(&id("upstox")).level, Level::Red, "the icon alone says it");
}

#[test]
fn a_lid_that_was_shut_from_02_00_to_08_50() {
    let mut world = signed_in(ist("17 08:41"));
    world.event(Event::Network(true));
    world.run_until(ist("18 02:00"));
    world.event(Event::Network(false));
    world.sleep_until(ist("18 08:50"));
    world.run_for(seconds(20));
    world.event(Event::Network(true));
    world.run_for(seconds(40));
    assert_eq!(world.broker.count(Request::Probe, ist("18 02:00")), 0, "there is no token to ask about");
    assert_eq!(
        world.record.page(Kolkata, ist("18 02:00")),
        "\
Wed 08:50 notification ready_by: Upstox is not ready. 25 min to the open. The token ended at 03:30 IST. Sign in now.
Wed 08:50 icon red
"
    );
}

#[test]
fn a_lid_that_was_shut_while_the_token_lived_on() {
    let mut world = at_upstox(ist("17 08:41"));
    world.broker.life = Life::Own(daypass_testkit::hours(36));
    world.sign_in(&id("upstox"));
    world.event(Event::Network(true));
    world.run_until(ist("18 02:00"));
    world.sleep_until(ist("18 08:50"));
    world.event(Event::Woke);
    world.event(Event::Network(false));
    world.run_for(seconds(20));
    assert_eq!(world.broker.count(Request::Probe, ist("18 02:01")), 0, "not before there is a network");
    world.event(Event::Network(true));
    world.event(Event::Network(true));
    world.run_for(seconds(40));
    assert_eq!(world.broker.count(Request::Probe, ist("18 02:01")), 1, "whoever tells of the waking, and how often");
    assert_eq!((world.record.tabs(), told(&world, ist("18 02:00"))), (1, vec![]));
    assert!(world.view(&id("upstox")).verified);
}

#[test]
fn three_hours_without_an_answer_cost_nothing_and_are_named() {
    let from = ist("17 08:00");
    for (sentence, weather, retry_after, requests) in [
        ("503, a time-out, or 429 without a word", Weather::Silent, None, 8..=11),
        ("429 that asks for one minute changes nothing", Weather::Silent, Some(minutes(1)), 8..=11),
        ("429 that asks for half an hour gets it", Weather::Silent, Some(minutes(30)), 6..=7),
        ("429 that asks for a day gets half an hour", Weather::Silent, Some(minutes(1440)), 6..=7),
        ("no DNS", Weather::Unreachable, None, 8..=11),
    ] {
        let mut world = signed_in(ist("17 07:42"));
        let upstox = id("upstox");
        world.broker.weather.push((from, from + minutes(192), weather));
        world.broker.retry_after = retry_after;
        world.run_until(ist("17 09:00"));
        let view = world.view(&upstox);
        assert_eq!((view.standing, view.valid), (Standing::NotVerified, true), "{sentence}");
        assert!(view.message.ends_with("; Upstox does not answer since 08:12 IST"), "{sentence}: {}", view.message);
        let readiness = view.readiness.expect("a session");
        assert_eq!(readiness.state, Ready::AtRisk, "{sentence}");
        assert_eq!(readiness.why.as_deref(), Some("Upstox does not answer since 08:12 IST."), "{sentence}");
        world.run_until(ist("17 11:12"));
        let asked = world.broker.count(Request::Probe, from);
        assert!(requests.contains(&asked), "{sentence}: {asked} requests");
        world.broker.retry_after = None;
        world.run_until(ist("17 11:45"));
        let view = world.view(&upstox);
        assert_eq!((view.standing, view.generation), (Standing::Valid, 1), "{sentence}: green by itself");
        assert_eq!(view.readiness.map(|readiness| readiness.state), Some(Ready::Ready), "{sentence}");
        assert_eq!(world.record.shown(), ["done"], "{sentence}: nobody is called for the broker's own trouble");
    }
}

#[test]
fn a_hurry_does_not_break_the_quiet_that_a_broker_asked_for() {
    let mut world = signed_in(ist("17 07:42"));
    world.broker.weather.push((ist("17 08:00"), ist("17 12:00"), Weather::Silent));
    world.broker.retry_after = Some(minutes(20));
    world.run_until(ist("17 08:13"));
    for minute in 14..32 {
        world.event(Event::Network(true));
        world.ask(&id("upstox"), Ask::Probe);
        world.run_until(ist(&format!("17 08:{minute}")));
    }
    assert_eq!(world.broker.count(Request::Probe, ist("17 08:00")), 1, "a flapping network is no reason to ask");
    world.run_until(ist("17 08:33"));
    assert_eq!(world.broker.count(Request::Probe, ist("17 08:00")), 2);
}

#[test]
fn whoever_asks_hears_when_the_broker_has_answered() {
    let mut world = signed_in(ist("17 08:41"));
    world.run_until(ist("17 09:00"));
    let (upstox, answered) = (id("upstox"), |world: &World, ticket| world.record.replies(ticket).len());
    let [one, other] = [(); 2].map(|()| world.ask_only(&upstox, Ask::Probe));
    assert_eq!((answered(&world, one), answered(&world, other)), (0, 0), "it is on its way");
    world.run_for(seconds(30));
    assert_eq!((answered(&world, one), answered(&world, other)), (1, 1));
    assert_eq!(world.broker.count(Request::Probe, ist("17 09:00")), 1, "one question for both");
    // A sign-out takes its place: nobody waits for an answer that does not come.
    world.run_until(ist("17 09:10"));
    let third = world.ask_only(&upstox, Ask::Probe);
    world.ask_only(&upstox, Ask::SignOut);
    assert_eq!(answered(&world, third), 1);
}

#[test]
fn whoever_asks_while_the_broker_wants_quiet_does_not_wait() {
    let mut world = signed_in(ist("17 07:42"));
    world.broker.weather.push((ist("17 08:00"), ist("17 12:00"), Weather::Silent));
    world.broker.retry_after = Some(minutes(20));
    world.run_until(ist("17 08:14"));
    let ticket = world.ask_only(&id("upstox"), Ask::Probe);
    assert_eq!(world.record.replies(ticket).len(), 1);
}

#[test]
fn a_hundred_bots_that_complain_are_one_question_one_change_and_one_notification() {
    let mut world = signed_in(ist("17 08:41"));
    world.presence(Presence::There);
    world.run_until(ist("17 10:40"));
    let complain = |world: &mut World| {
        for _ in 0..100 {
            world.ask_only(&id("upstox"), Ask::ReportInvalid(Generation(1)));
        }
    };
    complain(&mut world);
    world.run_for(minutes(1));
    assert_eq!(world.broker.count(Request::Probe, ist("17 10:40")), 1, "the broker says yes: that is all");
    assert!(world.view(&id("upstox")).verified);
    world.run_until(ist("17 10:50"));
    world.broker.revoke_all();
    complain(&mut world);
    complain(&mut world);
    world.run_until(ist("17 18:00"));
    assert_eq!(world.broker.count(Request::Probe, ist("17 10:50")), 2, "the broker says no: asked a second time");
    assert_eq!(
        world.record.page(Kolkata, ist("17 10:40")),
        "\
Tue 10:50:05 notification refused: Upstox refused the token at 10:50 IST. The broker says no. \
         Often a sign-out on the web or a new IP address.
Tue 10:50:05 icon red
"
    );
}
