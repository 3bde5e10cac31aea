//! What everybody may see: the day bar, the sentence, the worst account; and that no secret is in it.

use crate::tables::{of_eight_hours, overnight};
use daypass_manager::event::Presence;
use daypass_manager::view::{NextStep, OutletState, OutletView, ProbeOutcome, SavedState, SpanKind};
use daypass_manager::{Ask, Event};
use daypass_testkit::{Life, Renewing, SimBroker, Weather, World, hours, id, ist, minutes, oauth2, seconds, upstox};

fn at_upstox() -> World {
    let cutoff = upstox().profile.cutoff.expect("Upstox has a cut-off");
    let mut world = World::new(ist("17 08:00"), SimBroker::new(Life::Cutoff(cutoff)), vec![upstox()]);
    world.run_for(seconds(0));
    world
}

fn spans(world: &World, account: &str) -> Vec<(f64, f64, SpanKind)> {
    world.view(&id(account)).day.spans.iter().map(|span| (span.from, span.to, span.kind)).collect()
}

#[test]
fn the_day_bar_follows_the_token_through_its_day() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    assert_eq!(spans(&world, "upstox"), [(0.0, 24.0, SpanKind::None)], "no token, no lane");
    world.run_until(ist("17 09:00"));
    world.sign_in(&upstox);
    world.run_until(ist("17 15:00"));
    assert_eq!(
        spans(&world, "upstox"),
        [(0.0, 9.0, SpanKind::None), (9.0, 15.0, SpanKind::Spent), (15.0, 24.0, SpanKind::Left)]
    );
    let day = world.view(&upstox).day;
    assert!(day.goes_on, "past midnight");
    assert!(day.trades, "a Tuesday");
    assert_eq!((day.cut, day.ready, day.open), (Some(3.5), Some(8.75), Some(9.25)));
    assert_eq!(day.close.map(|close| (close * 60.0).round()), Some(940.0), "derivatives close at 15:40");
    assert_eq!(
        (day.starts, day.seconds, day.zone.as_str(), day.zone_word.as_str()),
        (ist("17 00:00"), 86_400.0, "Asia/Kolkata", "IST")
    );
    world.run_until(ist("18 03:00"));
    assert_eq!(
        spans(&world, "upstox"),
        [(0.0, 3.0, SpanKind::Spent), (3.0, 3.5, SpanKind::Left), (3.5, 24.0, SpanKind::None)]
    );
    assert!(!world.view(&upstox).day.goes_on);
    world.run_until(ist("18 06:00"));
    assert_eq!(spans(&world, "upstox"), [(0.0, 3.5, SpanKind::Spent), (3.5, 24.0, SpanKind::None)]);
}

#[test]
fn a_day_says_whether_its_market_trades() {
    let mut world = at_upstox();
    for (moment, trades) in [("20 12:00", true), ("21 12:00", false), ("22 23:59", false), ("23 00:00", true)] {
        world.run_until(ist(moment));
        assert_eq!(world.view(&id("upstox")).day.trades, trades, "{moment}");
    }
}

#[test]
fn what_is_not_proven_is_hope() {
    let mut world = at_upstox();
    world.sign_in(&id("upstox"));
    world.broker.weather.push((ist("17 08:20"), ist("17 12:00"), Weather::Silent));
    world.run_until(ist("17 10:00"));
    assert_eq!(spans(&world, "upstox").last(), Some(&(10.0, 24.0, SpanKind::Hope)));
    let view = world.view(&id("upstox"));
    assert_eq!(view.last_probe.map(|probe| probe.outcome), Some(ProbeOutcome::Unknown));
    assert!(view.message.ends_with("Upstox does not answer since 08:30 IST"), "{}", view.message);
}

#[test]
fn what_renews_by_itself_is_proven_for_its_own_life_and_hoped_for_after_it() {
    let mut broker = SimBroker::new(Life::Own(hours(2)));
    broker.renewing = Some(Renewing { grant: Some(hours(200)), ..Renewing::default() });
    // Midnight in New York is 10:30 in India.
    let mut world = World::new(ist("17 10:30"), broker, vec![oauth2()]);
    world.presence(Presence::Away);
    world.run_for(seconds(0));
    world.sign_in(&id("oauth2"));
    world.run_for(minutes(30));
    assert_eq!(
        spans(&world, "oauth2"),
        [(0.0, 0.5, SpanKind::Spent), (0.5, 2.0, SpanKind::Left), (2.0, 24.0, SpanKind::Hope)]
    );
    let view = world.view(&id("oauth2"));
    assert!(view.renews && view.day.goes_on);
    assert_eq!(view.message, "Token valid, renews by itself; the next sign-in is due in 8 d 7 h");
}

#[test]
fn a_refused_token_ends_its_lane_when_it_was_refused() {
    let mut world = at_upstox();
    world.sign_in(&id("upstox"));
    world.run_until(ist("17 12:00") - seconds(5));
    world.broker.revoke_all();
    world.ask(&id("upstox"), Ask::Probe);
    world.run_until(ist("17 15:00"));
    assert_eq!(
        spans(&world, "upstox"),
        [(0.0, 8.0, SpanKind::None), (8.0, 12.0, SpanKind::Spent), (12.0, 24.0, SpanKind::None)]
    );
    assert_eq!(world.view(&id("upstox")).message, "Upstox refused the token at 12:00 IST. Sign in again.");
}

#[test]
fn a_practice_day_fills_the_same_bar() {
    let mut setup = upstox();
    setup.account.day = Some(minutes(10));
    let cutoff = setup.profile.cutoff.expect("a cut-off").on_day_of(minutes(10));
    // 10:00 UTC is a midnight of a ten-minute day.
    let mut world = World::new(ist("17 15:30"), SimBroker::new(Life::Cutoff(cutoff)), vec![setup]);
    world.run_for(minutes(5));
    world.sign_in(&id("upstox"));
    world.run_for(seconds(150));
    assert_eq!(
        spans(&world, "upstox"),
        [(0.0, 12.0, SpanKind::None), (12.0, 18.0, SpanKind::Spent), (18.0, 24.0, SpanKind::Left)]
    );
    let day = world.view(&id("upstox")).day;
    assert_eq!((day.seconds, day.cut.map(|cut| (cut * 100.0).round()), day.open), (600.0, Some(350.0), Some(9.25)));
    assert!(day.trades, "every practice day");
}

#[test]
fn the_worst_account_speaks_for_all() {
    let mut second = upstox();
    second.account.id = id("second");
    let mut endless = oauth2();
    endless.account.id = id("endless");
    let mut world = World::new(ist("17 09:00"), SimBroker::new(Life::Own(hours(8))), vec![endless, upstox(), second]);
    world.presence(Presence::Away);
    world.run_for(seconds(0));
    world.broker.life = Life::Unknown;
    world.sign_in(&id("endless"));
    world.broker.life = Life::Own(hours(8));
    world.sign_in(&id("second"));
    world.run_for(minutes(1));
    world.sign_in(&id("upstox"));
    assert_eq!(world.snapshot().worst.as_deref(), Some("second"), "all are valid: the nearest end");
    world.ask(&id("endless"), Ask::SignOut);
    assert_eq!(world.snapshot().worst.as_deref(), Some("endless"), "signed out comes before valid");
    world.run_until(ist("17 15:00"));
    assert_eq!(world.snapshot().worst.as_deref(), Some("second"), "orange comes before signed out");
}

#[test]
fn the_next_step_is_what_happens_next() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    let next = |world: &World| (world.view(&upstox).next.step, world.view(&upstox).next.at);
    assert_eq!(next(&world), (NextStep::AskPerson, None), "it waits for a person");
    world.sign_in(&upstox);
    assert_eq!(
        next(&world),
        (NextStep::AskPerson, Some(ist("18 08:30"))),
        "what a person has to do next, not the next check"
    );
    world.ask(&upstox, Ask::SignIn { open: false });
    assert_eq!(next(&world), (NextStep::GiveUp, Some(ist("17 08:05"))));
    world.run_until(ist("17 08:06"));
    world.run_until(ist("18 00:29"));
    assert_eq!(next(&world).0, NextStep::AskPerson, "a threshold is no step");
    world.run_until(ist("18 04:00"));
    assert_eq!(next(&world), (NextStep::AskPerson, Some(ist("18 08:00"))));
}

#[test]
fn whether_it_is_on_disk() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    assert_eq!(world.view(&upstox).saved.state, SavedState::Nothing);
    world.vault.takes = seconds(2);
    world.sign_in(&upstox);
    assert_eq!(world.view(&upstox).saved.state, SavedState::Pending);
    world.run_for(seconds(2));
    let saved = world.view(&upstox).saved;
    assert_eq!((saved.state, saved.at), (SavedState::Saved, Some(ist("17 08:00:02"))));
}

#[test]
fn the_sentence_of_the_status_answer() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    let message = |world: &World| world.view(&upstox).message;
    assert_eq!(message(&world), "Not signed in. Sign in to get a token.");
    world.sign_in(&upstox);
    assert_eq!(message(&world), "Token valid, expires in 19.5 hours");
    world.run_until(ist("18 04:00"));
    assert_eq!(message(&world), "The token ended at 03:30 IST. Sign in to get one.");
}

#[test]
fn needs_refresh_is_inside_the_lead_and_useful() {
    let mut world = World::new(ist("17 07:15"), SimBroker::new(Life::Own(hours(8))), vec![upstox()]);
    world.presence(Presence::Away);
    world.run_for(seconds(0));
    world.sign_in(&id("upstox"));
    for (now, expected) in [("17 14:14", false), ("17 14:16", true), ("17 15:20", true)] {
        world.run_until(ist(now));
        assert_eq!(world.view(&id("upstox")).needs_refresh, expected, "{now}");
    }
}

#[test]
fn nothing_that_can_be_seen_holds_a_secret() {
    let mut world = at_upstox();
    world.sign_in(&id("upstox"));
    world.run_until(ist("18 12:00"));
    let seen = format!("{:?}{:?}", world.snapshot(), world.record);
    assert!(!seen.contains("token-0") && !seen.contains("code-0"), "a secret is in a view, a notice or a log line");
    let inside = format!("{:?}{:?}{:?}", world.state, overnight(), of_eight_hours());
    assert!(!inside.contains("token-0") && !inside.contains("token-of-a-table"));
}

#[test]
fn how_it_goes_with_the_outlets_is_shown_and_outlives_a_change_of_settings() {
    let mut world = at_upstox();
    let account = id("upstox");
    let file = OutletView {
        kind: "json_file".into(),
        name: "JSON file".into(),
        target: "/home/me/token.json".into(),
        state: OutletState::Waiting,
        generation: 0,
        at: None,
        problem: None,
        next_try: None,
    };
    world.event(Event::Outlets(id("nobody"), vec![file.clone()]));
    assert_eq!(world.view(&account).outlets, []);
    world.event(Event::Outlets(account.clone(), vec![file.clone()]));
    world.event(Event::Put(Box::new(upstox())));
    assert_eq!(world.view(&account).outlets, [file]);
    world.event(Event::Outlets(account.clone(), vec![]));
    assert_eq!(world.view(&account).outlets, []);
}
