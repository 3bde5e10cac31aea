//! A broker that renews without a person while a sign-in lasts: a week nobody has to think of, and then one ask.

use chrono_tz::America::New_York;
use daypass_domain::{Moment, Rotation};
use daypass_manager::Ask;
use daypass_manager::event::Presence;
use daypass_manager::view::{Level, NextStep, Standing};
use daypass_testkit::{
    Entry, Life, Person, Renewing, Request, SimBroker, Weather, World, at, hours, id, ist, minutes, oauth2,
    oauth2_with, seconds,
};

const WEEK: Renewing = Renewing { grant: Some(chrono::Duration::days(7)), rolls: false, one_time: false, caps: false };

/// Signed in on Monday morning in New York, with tokens of half an hour.
fn signed_in(renewing: Renewing) -> (World, Moment) {
    let start = at("2026-11-16T09:00:00-05:00");
    let rotation = if renewing.one_time { Rotation::OneTime } else { Rotation::IfPresent };
    let mut broker = SimBroker::new(Life::Own(minutes(30)));
    broker.renewing = Some(renewing);
    let mut world = World::new(start, broker, vec![oauth2_with(rotation)]);
    world.run_for(seconds(0));
    world.sign_in(&id("oauth2"));
    (world, start)
}

#[test]
fn a_week_passes_without_a_person() {
    let (mut world, start) = signed_in(WEEK);
    world.presence(Presence::Away);
    let oauth2 = id("oauth2");
    let end_of_peace = start + chrono::Duration::days(7) - hours(3);
    while world.now < end_of_peace - minutes(7) {
        world.run_for(minutes(7));
        assert!(world.token(&oauth2).is_some(), "a bot always gets a token, also at {}", world.now);
        assert_eq!(world.view(&oauth2).level, Level::Green, "a token of half an hour makes nothing orange");
    }
    assert_eq!(world.record.shown(), ["done"], "nobody was told anything");
    assert_eq!(world.record.tabs(), 1);
    let renewals = world.broker.count(Request::Renew, start);
    assert_eq!(renewals, (7 * 24 - 3) * 3 - 1, "at two thirds of each life, and not once more");
    assert_eq!(world.broker.resent, 0);
    assert_eq!(world.record.delivered(), (1..=renewals as u64 + 1).collect::<Vec<_>>());
}

#[test]
fn when_its_grant_ends_it_asks_a_person_once() {
    let (mut world, start) = signed_in(WEEK);
    let oauth2 = id("oauth2");
    world.presence(Presence::Away);
    let end = start + chrono::Duration::days(7);
    world.run_until(end - minutes(1));
    let told: Vec<_> = world.record.notices().skip(1).map(|(at, notice)| (end - at, notice.kind.as_str())).collect();
    assert_eq!(told, [(hours(3), "orange"), (hours(1), "red")], "each once, however many renewals come between");
    assert!(world.token(&oauth2).is_some());
    assert_eq!(world.view(&oauth2).held_until, Some(end));
    world.run_until(end + hours(2));
    assert_eq!(world.record.shown()[3..], ["again", "again", "ended", "again", "manual"], "then the usual row");
    assert_eq!(world.broker.count(Request::Renew, end), 0, "what is over is not tried");
    assert_eq!(world.token(&oauth2), None);
}

#[test]
fn somebody_there_gets_the_browser_one_hour_before_the_grant_ends() {
    let (mut world, start) = signed_in(WEEK);
    world.person = Person::signing_in_after(seconds(30));
    let end = start + chrono::Duration::days(7);
    world.run_until(end + minutes(5));
    let tabs: Vec<_> = world
        .record
        .entries
        .iter()
        .filter(|(_, _, entry)| matches!(entry, Entry::Tab))
        .map(|(at, ..)| end - *at)
        .collect();
    assert_eq!(tabs[1..], [hours(1)]);
    assert_eq!(world.record.shown(), ["done", "orange", "done"]);
    assert_eq!(world.view(&id("oauth2")).held_until, Some(end - hours(1) + seconds(30) + chrono::Duration::days(7)));
}

#[test]
fn a_sign_in_that_nobody_finishes_does_not_disturb_the_renewals() {
    let (mut world, start) = signed_in(WEEK);
    let end = start + chrono::Duration::days(7);
    world.run_until(end - minutes(1));
    assert_eq!(world.record.tabs(), 2, "one at the lead, and never a second one");
    assert!(!world.view(&id("oauth2")).manual);
    assert!(world.token(&id("oauth2")).is_some());
}

#[test]
fn a_long_life_renews_one_hour_before_its_end() {
    let start = at("2026-11-16T09:00:00-05:00");
    let mut broker = SimBroker::new(Life::Own(hours(8)));
    broker.renewing = Some(WEEK);
    let mut world = World::new(start, broker, vec![oauth2()]);
    world.run_for(seconds(0));
    world.sign_in(&id("oauth2"));
    world.run_until(start + hours(6));
    let view = world.view(&id("oauth2"));
    assert!(view.renews);
    world.run_until(start + hours(7));
    assert_eq!(world.broker.count(Request::Renew, start), 1);
    assert_eq!(world.view(&id("oauth2")).expiry_time, Some(start + hours(15)));
    assert!(world.record.log().contains(&"Token expires in 1:00:00, attempting refresh..."));
    assert_eq!(
        world.record.page(New_York, start + minutes(1)),
        "Mon 16:00 notification withdrawn\nMon 16:00 bots have token 2\n"
    );
}

#[test]
fn a_grant_that_begins_anew_with_each_renewal_asks_nobody() {
    let renewing = Renewing { grant: Some(minutes(60)), rolls: true, one_time: false, caps: false };
    let (mut world, start) = signed_in(renewing);
    world.run_until(start + hours(30));
    assert_eq!(world.record.tabs(), 1, "no tab for an end that never comes");
    assert!(world.record.shown().len() <= 2, "{:?}", world.record.shown());
    assert_eq!(world.view(&id("oauth2")).level, Level::Green);
}

#[test]
fn a_broker_that_caps_its_tokens_is_not_asked_without_end() {
    let (mut world, start) = signed_in(Renewing { grant: Some(hours(5)), caps: true, ..WEEK });
    world.presence(Presence::Away);
    world.run_until(start + hours(6));
    let renewals = world.broker.count(Request::Renew, start);
    assert!((14..=17).contains(&renewals), "three an hour and not one more towards the end: {renewals}");
    let told = world.record.shown();
    assert!(told.contains(&"ended") && told.contains(&"manual"), "then it takes a person: {told:?}");
}

#[test]
fn a_renewal_that_fails_for_good_asks_a_person_at_once() {
    let (mut world, start) = signed_in(WEEK);
    world.presence(Presence::Away);
    world.run_until(start + minutes(5));
    // The owner withdraws the permission on the broker's page: the refresh token is dead, the access token is not.
    world.broker.renewing = None;
    world.run_until(start + minutes(21));
    let view = world.view(&id("oauth2"));
    assert!(!view.renews && view.valid);
    assert_eq!(world.broker.count(Request::Renew, start), 1, "it is not tried again");
    assert_eq!(world.record.shown(), ["done", "red"]);
    assert_eq!(view.next.step, NextStep::Remind);
}

#[test]
fn an_outage_costs_three_attempts_then_a_word_and_heals_by_itself() {
    let (mut world, start) = signed_in(WEEK);
    world.presence(Presence::Away);
    let (from, to) = (start + minutes(10), start + hours(4));
    world.broker.weather.push((from, to, daypass_testkit::Weather::Unreachable));
    world.run_until(to);
    let oauth2 = id("oauth2");
    assert_eq!(world.record.shown(), ["done", "manual"]);
    assert_eq!(world.view(&oauth2).standing, Standing::Expired);
    let tried = world.broker.count(Request::Renew, from);
    assert!((9..=12).contains(&tried), "three, then one per half hour: {tried}");
    world.run_until(to + minutes(31));
    assert!(world.token(&oauth2).is_some(), "nobody had to do anything");
    assert_eq!(world.view(&oauth2).level, Level::Green);
    let withdrawn = |(at, _, entry): &(Moment, _, Entry)| *at >= to && matches!(entry, Entry::Withdrawn);
    assert!(world.record.entries.iter().any(withdrawn), "and the notification is gone");
}

#[test]
fn an_outage_that_outlives_the_sign_in_behind_the_token_is_told_when_that_ends() {
    let (mut world, start) = signed_in(Renewing { grant: Some(hours(9)), ..WEEK });
    world.presence(Presence::Away);
    world.broker.weather.push((start + minutes(10), start + hours(20), daypass_testkit::Weather::Unreachable));
    world.run_until(start + hours(9));
    assert_eq!(world.record.shown(), ["done", "manual", "ended"]);
}

#[test]
fn a_wake_up_after_an_outage_tries_at_once() {
    let (mut world, start) = signed_in(WEEK);
    world.presence(Presence::Away);
    world.broker.weather.push((start + minutes(10), start + hours(4), daypass_testkit::Weather::Unreachable));
    world.run_until(start + hours(2));
    world.sleep_until(start + hours(9));
    assert!(world.token(&id("oauth2")).is_some());
}

#[test]
fn a_click_on_refresh_renews_at_once_and_needs_nobody() {
    let (mut world, start) = signed_in(WEEK);
    let oauth2 = id("oauth2");
    world.run_until(start + minutes(5));
    let ticket = world.ask(&oauth2, Ask::Refresh { open: true });
    assert_eq!(world.record.replies(ticket), [&Ok(daypass_manager::Reply::Done)]);
    assert_eq!(world.view(&oauth2).generation, 2);
    assert_eq!(world.record.tabs(), 1);
    world.run_until(start + minutes(5) + minutes(21));
    assert_eq!(world.view(&oauth2).generation, 3, "and the next one comes by itself");
}

#[test]
fn two_accounts_do_not_wait_for_each_other() {
    let start = at("2026-11-16T09:00:00-05:00");
    let mut broker = SimBroker::new(Life::Own(hours(2)));
    broker.renewing = Some(WEEK);
    let mut second = oauth2();
    second.account.id = id("second");
    let mut world = World::new(start, broker, vec![oauth2(), second]);
    world.run_for(seconds(0));
    world.sign_in(&id("second"));
    world.ask(&id("oauth2"), Ask::SignIn { open: false });
    world.run_until(start + minutes(61));
    assert!(world.token(&id("second")).is_some());
    assert_eq!(world.token(&id("oauth2")), None);
    let snapshot = world.snapshot();
    assert_eq!(snapshot.worst.as_deref(), Some("oauth2"), "signed out comes before valid");
}

#[test]
fn a_grant_that_turns_out_to_be_somebody_elses_is_refused_and_never_renewed() {
    let broker = SimBroker::renewing(Life::Own(minutes(45)), Renewing::default());
    let mut setup = oauth2();
    setup.account.user = Some(daypass_domain::UserId("AB1234".to_owned()));
    let mut world = World::new(ist("17 09:00"), broker, vec![setup]);
    world.run_for(seconds(0));
    let oauth2 = id("oauth2");
    // The reply names nobody, and the broker cannot be asked while the person is there.
    world.broker.user = "ZZ9999";
    world.broker.tells_user = false;
    world.broker.weather.push((ist("17 09:00:01"), ist("17 09:10"), Weather::Silent));
    world.broker.takes = seconds(2);
    world.sign_in(&oauth2);
    world.run_until(ist("17 09:09"));
    assert!(world.token(&oauth2).is_some(), "kept, unproven: a person has just signed in");
    world.run_until(ist("17 12:00"));
    assert_eq!(world.token(&oauth2), None, "it was somebody else");
    assert_eq!(world.view(&oauth2).standing, Standing::EndedEarly);
    assert_eq!(world.broker.count(Request::Renew, ist("17 09:00")), 0);
}

#[test]
fn a_grant_that_ended_yesterday_has_this_mornings_ladder_though_nothing_else_happens() {
    let start = at("2026-11-17T08:00:00-05:00");
    let grant = Renewing { grant: Some(hours(9)), ..Renewing::default() };
    let broker = SimBroker::renewing(Life::Own(minutes(45)), grant);
    let mut world = World::new(start, broker, vec![oauth2()]);
    world.run_for(seconds(0));
    world.sign_in(&id("oauth2"));
    world.run_until(at("2026-11-18T09:25:30-05:00"));
    let morning = at("2026-11-18T00:00:00-05:00");
    let rungs: Vec<_> =
        world.record.notices().filter(|(at, _)| *at >= morning).map(|(at, it)| (at, &*it.kind)).collect();
    // At 08:30 a browser opens instead of a reminder.
    let expected = [("08:00", "hint"), ("09:00", "ready_by"), ("09:15", "quarter")];
    let expected = expected.map(|(time, kind)| (at(&format!("2026-11-18T{time}:00-05:00")), kind));
    assert_eq!(rungs.into_iter().take(3).collect::<Vec<_>>(), expected);
}
