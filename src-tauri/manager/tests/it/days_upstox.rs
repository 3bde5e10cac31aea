//! Days at Upstox: every token ends at 03:30, whatever its issue time, and nothing renews it.

use chrono_tz::Asia::Kolkata;
use daypass_manager::event::Presence;
use daypass_manager::view::{Level, NextStep, Standing};
use daypass_manager::{Ask, Code};
use daypass_testkit::{Life, Person, Request, SimBroker, World, id, ist, minutes, seconds, upstox};

/// Nobody is there, a person signs in at 08:41 by a click, and the program goes on.
fn signed_in_at(moment: &str) -> World {
    let cutoff = upstox().profile.cutoff.expect("Upstox has a cut-off");
    let mut world = World::new(ist(moment), SimBroker::new(Life::Cutoff(cutoff)), vec![upstox()]);
    world.run_for(seconds(0));
    world.sign_in(&id("upstox"));
    world
}

#[test]
fn a_whole_day_from_sign_in_to_sign_in() {
    let mut world = signed_in_at("17 08:41");
    world.run_until(ist("17 23:59"));
    world.presence(Presence::Away);
    world.run_until(ist("18 08:12"));
    world.presence(Presence::There);
    // "Ask me first" keeps the browser shut; the reminder is a notification, and a click on it signs in.
    world.policy.open_browser = daypass_domain::OpenBrowser::AskFirst;
    world.run_until(ist("18 08:29"));
    world.person = Person { clicks: Some(seconds(20)), signs_in: Some(seconds(9)), denies: false };
    world.run_until(ist("18 12:00"));
    assert_eq!(
        world.record.page(Kolkata, ist("17 08:41")),
        "\
Tue 08:41 icon red
Tue 08:41 browser opens
Tue 08:41 notification withdrawn
Tue 08:41 icon green
Tue 08:41 bots have token 1
Tue 08:41 notification done: Upstox is signed in. Valid until 03:30 IST.
Tue 08:41 page: signed in
Wed 00:30 icon orange
Wed 02:30 icon red
Wed 08:12 notification hint: Upstox ended at 03:30 IST, as every night. Sign in any time before 08:45 IST.
Wed 08:30 notification reminder: Upstox: sign in before 09:15 IST. The token ended at 03:30 IST.
Wed 08:30:20 browser opens
Wed 08:30:29 notification withdrawn
Wed 08:30:29 icon green
Wed 08:30:29 bots have token 2
Wed 08:30:29 notification done: Upstox is signed in. Valid until 03:30 IST.
Wed 08:30:29 page: signed in
"
    );
    assert_eq!(world.record.shown(), ["done", "hint", "reminder", "done"], "nothing else was told");
}

#[test]
fn the_broker_is_asked_every_half_hour_and_the_log_says_what_is_left() {
    let mut world = signed_in_at("17 08:41");
    world.run_until(ist("17 12:41"));
    assert_eq!(world.broker.count(Request::Probe, ist("17 08:41")), 1 + 8, "once as proof, then every 30 minutes");
    let log = world.record.log();
    assert_eq!(log[0], "Token manager service started");
    assert!(log.contains(&"Token refresh successful"));
    assert!(log.contains(&"Token valid, expires in 18.3 hours"), "at 09:11: {log:?}");
    assert_eq!(log.last(), Some(&"Token valid, expires in 14.8 hours"));
}

#[test]
fn one_hour_before_the_cut_off_a_sign_in_is_refused_with_its_reason() {
    let mut world = signed_in_at("17 08:41");
    world.run_until(ist("18 02:45"));
    let upstox = id("upstox");
    let view = world.view(&upstox);
    assert_eq!((view.level, view.useful, view.needs_refresh), (Level::Red, false, false));
    assert_eq!(view.new_end, Some(ist("18 03:30")));
    let ticket = world.ask(&upstox, Ask::Refresh { open: true });
    let refused = world.record.replies(ticket)[0].clone().expect_err("it gives nothing");
    assert_eq!(refused.code, Code::NotUseful);
    assert_eq!(
        refused.problem.to_string(),
        "A new token would also end at 03:30 IST; the broker is asked about the one that is held instead. \
         Sign in after 03:30 IST, when Upstox ends every token."
    );
    assert_eq!(world.record.tabs(), 1, "only the one of the morning");
    assert_eq!(world.broker.requests.last().map(|(at, _, what)| (*at, *what)), Some((ist("18 02:45"), Request::Probe)));
}

#[test]
fn a_token_that_ended_in_the_night_is_said_to_be_ended_once() {
    let mut world = signed_in_at("17 08:41");
    world.presence(Presence::Away);
    world.run_until(ist("18 07:00"));
    assert_eq!(world.record.log().iter().filter(|line| **line == "Token has already expired!").count(), 1);
    assert_eq!(world.record.shown(), ["done"], "nobody is woken at 03:30");
    let view = world.view(&id("upstox"));
    assert_eq!((view.standing, view.valid, view.ended_at), (Standing::Expired, false, Some(ist("18 03:30"))));
    assert_eq!(view.next.at, Some(ist("18 08:00")), "somebody may be there by then");
    assert_eq!(view.next.step, NextStep::AskPerson);
    assert_eq!(world.broker.count(Request::Probe, ist("18 03:30")), 0, "there is nothing to ask about");
}

#[test]
fn a_morning_without_anybody_climbs_the_ladder_and_opens_nothing() {
    let mut world = signed_in_at("17 08:41");
    world.presence(Presence::Away);
    world.run_until(ist("18 16:00"));
    let told: Vec<_> = world.record.notices().skip(1).map(|(at, notice)| (at, notice.kind.clone())).collect();
    let expected = [("08:30", "reminder"), ("08:45", "ready_by"), ("09:00", "quarter"), ("09:10", "five")]
        .map(|(time, kind)| (ist(&format!("18 {time}")), kind.to_owned()));
    assert_eq!(told, expected);
    assert_eq!(world.record.tabs(), 1);
}

#[test]
fn somebody_who_is_there_at_the_reminder_gets_the_browser_once() {
    let mut world = signed_in_at("17 08:41");
    world.run_until(ist("18 09:14"));
    assert_eq!(world.record.tabs(), 2, "one more, at 08:30");
    assert_eq!(world.record.shown(), ["done", "hint", "ready_by", "quarter", "five"]);
    assert!(world.record.log().contains(&"Refresh attempt 1/3 failed"), "nobody finished it within five minutes");
}

#[test]
fn a_weekend_is_quiet() {
    let mut world = signed_in_at("20 08:41");
    world.run_until(ist("23 07:59"));
    assert_eq!(world.record.shown(), ["done"], "ended on Saturday at 03:30, and nobody trades before Monday");
    world.run_until(ist("23 08:01"));
    assert_eq!(world.record.shown(), ["done", "hint"]);
}

#[test]
fn a_computer_that_slept_through_the_morning_says_it_once() {
    let mut world = signed_in_at("17 08:41");
    world.run_until(ist("18 02:00"));
    world.sleep_until(ist("18 08:50"));
    assert_eq!(world.record.shown(), ["done", "ready_by"], "only the newest step");
    assert_eq!(world.record.tabs(), 1, "whoever opens the lid wants to see something else first");
    world.run_until(ist("18 08:59"));
    assert_eq!(world.record.shown(), ["done", "ready_by"]);
}

#[test]
fn a_late_tick_is_a_wake_up_even_if_nobody_says_so() {
    let mut world = signed_in_at("17 08:41");
    world.run_until(ist("18 02:00"));
    world.now = ist("18 08:31");
    world.event(daypass_manager::Event::Tick);
    assert_eq!(world.record.shown(), ["done", "reminder"], "told, and no tab");
    assert_eq!(world.record.tabs(), 1);
}

#[test]
fn a_restart_in_the_afternoon_says_once_that_there_is_no_token() {
    let mut world = signed_in_at("17 08:41");
    world.run_until(ist("18 03:00"));
    world.crash_for(minutes(11 * 60));
    world.run_for(minutes(30));
    assert_eq!(world.record.shown(), ["done", "five"]);
    world.crash_for(minutes(1));
    world.run_for(minutes(30));
    assert_eq!(world.record.shown(), ["done", "five"], "what was told is remembered");
}

#[test]
fn a_snooze_reminds_again_and_never_after_ten_past_nine() {
    let mut world = signed_in_at("17 08:41");
    world.presence(Presence::Away);
    let upstox = id("upstox");
    world.run_until(ist("18 08:46"));
    world.ask(&upstox, Ask::Snooze);
    world.run_until(ist("18 08:59"));
    world.ask(&upstox, Ask::Snooze);
    world.run_until(ist("18 09:30"));
    let told: Vec<_> = world.record.notices().skip(1).map(|(at, notice)| (at, notice.kind.as_str())).collect();
    let expected = [
        (ist("18 08:30"), "reminder"),
        (ist("18 08:45"), "ready_by"),
        (ist("18 08:56"), "ready_by"),
        (ist("18 09:09"), "quarter"),
        (ist("18 09:10"), "five"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_refusal_before_its_time_needs_a_second_ask_and_is_told_once() {
    let mut world = signed_in_at("17 08:41");
    let upstox = id("upstox");
    world.run_until(ist("17 10:40"));
    world.broker.revoke_all();
    for _ in 0..100 {
        world.ask_only(&upstox, Ask::ReportInvalid(daypass_domain::Generation(1)));
    }
    world.run_for(seconds(1));
    assert_eq!(world.broker.count(Request::Probe, ist("17 10:40")), 1, "a hundred reports are one question");
    assert!(world.view(&upstox).valid, "one refusal is none");
    world.run_until(ist("17 15:00"));
    assert_eq!(world.broker.count(Request::Probe, ist("17 10:40")), 2, "asked a second time, and then no more");
    assert_eq!(world.record.shown(), ["done", "refused"]);
    let view = world.view(&upstox);
    assert_eq!((view.standing, view.level), (Standing::EndedEarly, Level::Red));
    assert_eq!(view.ended_at, Some(ist("17 10:40:05")));
    assert_eq!(world.token(&upstox), None);
    world.run_until(ist("18 08:31"));
    assert_eq!(world.record.shown()[2..], ["hint"], "and the next morning goes its way");
}

#[test]
fn a_report_about_an_older_token_asks_nothing() {
    let mut world = signed_in_at("17 08:41");
    world.run_for(minutes(5));
    let before = world.broker.requests.len();
    world.sign_in(&id("upstox"));
    world.run_for(minutes(5));
    let after = world.broker.requests.len();
    assert!(after > before, "there is a second token");
    let stale = world.ask(&id("upstox"), Ask::ReportInvalid(daypass_domain::Generation(1)));
    // Counted by a service that could not read its vault, say.
    let unheard_of = world.ask(&id("upstox"), Ask::ReportInvalid(daypass_domain::Generation(7)));
    assert_eq!(world.broker.requests.len(), after);
    let codes = |ticket| -> Vec<_> {
        let refused = world.record.replies(ticket).into_iter().filter_map(|reply| reply.as_ref().err());
        refused.map(|refused| refused.code).collect()
    };
    assert_eq!((codes(stale), codes(unheard_of)), (vec![Code::Stale], vec![Code::Stale]));
}

#[test]
fn a_bot_that_reports_in_a_loop_does_not_become_a_loop_of_requests() {
    let mut world = signed_in_at("17 08:41");
    world.run_for(minutes(5));
    let start = world.now;
    for _ in 0..600 {
        world.ask(&id("upstox"), Ask::ReportInvalid(daypass_domain::Generation(1)));
        world.run_for(seconds(1));
    }
    assert!(world.broker.count(Request::Probe, start) <= 41, "at most four a minute");
    assert!(world.token(&id("upstox")).is_some());
}

#[test]
fn a_report_right_after_an_answer_waits_a_little_and_is_not_lost() {
    let mut world = signed_in_at("17 08:41");
    world.run_for(seconds(2));
    world.broker.revoke_all();
    world.ask(&id("upstox"), Ask::ReportInvalid(daypass_domain::Generation(1)));
    world.run_for(seconds(19));
    assert_eq!(world.token(&id("upstox")), None, "asked after 15 s, and a second time after 5");
}
