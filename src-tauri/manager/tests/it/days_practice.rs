//! Tokens with a life of their own (a practice account, or any broker without a cut-off that does not renew): here a
//! refresh one hour before the end gives something, and it takes a person.

use chrono_tz::Asia::Kolkata;
use daypass_domain::OpenBrowser;
use daypass_manager::event::Presence;
use daypass_manager::view::Standing;
use daypass_manager::{Ask, Code};
use daypass_testkit::{Entry, Life, Person, Request, SimBroker, World, hours, id, ist, minutes, seconds, upstox};

/// A token of eight hours, issued on Tuesday at 07:00; it ends at 15:00.
fn of_eight_hours() -> World {
    let mut world = World::new(ist("17 07:00"), SimBroker::new(Life::Own(hours(8))), vec![upstox()]);
    world.run_for(seconds(0));
    world.sign_in(&id("upstox"));
    world
}

#[test]
fn nobody_there_means_three_attempts_by_notification_and_then_it_is_up_to_a_person() {
    let mut world = of_eight_hours();
    world.presence(Presence::Away);
    world.run_until(ist("17 15:30"));
    let page = world.record.page(Kolkata, ist("17 07:01"));
    let times: Vec<_> = page.lines().map(|line| line.split_once(": ").map_or(line, |(left, _)| left)).collect();
    assert_eq!(
        times,
        [
            "Tue 12:00 notification orange",
            "Tue 12:00 icon orange",
            "Tue 14:00 notification red",
            "Tue 14:00 icon red",
            "Tue 14:10:41 notification again",
            "Tue 14:27:03 notification again",
            "Tue 14:32:03 notification manual",
            "Tue 15:00 notification ended",
        ],
        "{page}"
    );
    assert_eq!(world.record.tabs(), 1, "only the first sign-in's");
    let log: Vec<_> = world.record.log().into_iter().filter(|line| line.contains("attempt")).collect();
    assert_eq!(
        log,
        [
            "Token expires in 1:00:00, attempting refresh...",
            "Refresh attempt 1/3 failed",
            "Token expires in 0:49:18, attempting refresh...",
            "Refresh attempt 2/3 failed",
            "Token expires in 0:32:56, attempting refresh...",
            "Refresh attempt 3/3 failed",
            "All refresh attempts failed, manual intervention required",
        ]
    );
    assert!(world.record.log().contains(&"Token has already expired!"));
    assert!(world.view(&id("upstox")).manual);
}

#[test]
fn somebody_there_gets_the_browser_once_and_never_a_second_tab() {
    let mut world = of_eight_hours();
    world.run_until(ist("17 13:59"));
    assert_eq!(world.record.tabs(), 1);
    world.run_until(ist("17 15:30"));
    assert_eq!(world.record.tabs(), 2, "one at 14:00; attempts two and three remind");
    assert_eq!(world.record.shown(), ["done", "orange", "red", "again", "again", "manual", "ended"]);
}

#[test]
fn somebody_there_who_signs_in_has_a_new_token_before_the_old_one_ends() {
    let mut world = of_eight_hours();
    world.person = Person::signing_in_after(seconds(40));
    world.run_until(ist("17 14:05"));
    let view = world.view(&id("upstox"));
    assert_eq!((view.generation, view.standing), (2, Standing::Valid));
    assert_eq!(view.expiry_time, Some(ist("17 22:00:40")));
    assert_eq!(world.record.shown(), ["done", "orange", "done"], "the browser itself was the reminder");
}

#[test]
fn ask_first_never_opens_a_tab() {
    let mut world = of_eight_hours();
    world.policy.open_browser = OpenBrowser::AskFirst;
    world.run_until(ist("17 16:00"));
    assert_eq!(world.record.tabs(), 1);
}

#[test]
fn the_pauses_between_attempts_grow_and_the_row_is_over_before_the_end() {
    let mut world = of_eight_hours();
    world.presence(Presence::Away);
    world.run_until(ist("17 16:00"));
    let failed: Vec<_> = world
        .record
        .entries
        .iter()
        .filter(|(_, _, entry)| matches!(entry, Entry::Log(_, line) if line.starts_with("Refresh attempt")))
        .map(|(at, ..)| *at)
        .collect();
    assert_eq!(failed.len(), 3);
    assert!(failed[2] - failed[1] > failed[1] - failed[0]);
    assert!(failed[2] < ist("17 15:00"));
}

#[test]
fn a_restart_in_the_middle_of_a_pause_keeps_it() {
    let mut world = of_eight_hours();
    world.presence(Presence::Away);
    world.run_until(ist("17 14:06"));
    assert_eq!(world.account(&id("upstox")).facts.campaign.failures, 1);
    world.crash_for(minutes(1));
    world.run_until(ist("17 14:10"));
    assert_eq!(world.record.shown(), ["done", "orange", "red"], "the pause is not over yet");
    world.run_until(ist("17 14:11"));
    assert_eq!(world.record.shown(), ["done", "orange", "red", "again"]);
    world.run_until(ist("17 16:00"));
    let log = world.record.log();
    assert_eq!(log.iter().filter(|line| line.starts_with("Refresh attempt")).count(), 3);
    assert_eq!(log.iter().filter(|line| line.starts_with("All refresh attempts")).count(), 1);
}

#[test]
fn a_wake_up_in_the_lead_tells_and_opens_no_tab() {
    let mut world = of_eight_hours();
    world.run_until(ist("17 11:00"));
    world.sleep_until(ist("17 14:20"));
    assert_eq!(world.record.tabs(), 1);
    assert_eq!(world.record.shown(), ["done", "red"], "orange passed in its sleep");
}

#[test]
fn waking_up_again_and_again_tells_nothing_again() {
    let mut world = of_eight_hours();
    world.presence(Presence::Away);
    world.run_until(ist("17 15:30"));
    let told = world.record.shown().len();
    for hour in 16..22 {
        world.sleep_until(ist(&format!("17 {hour}:00")));
        world.run_for(minutes(20));
    }
    assert_eq!(world.record.shown().len(), told);
    assert_eq!(world.record.tabs(), 1);
}

#[test]
fn quiet_hours_change_the_icon_alone() {
    let mut world = of_eight_hours();
    let midnight = chrono::NaiveTime::MIN;
    let until = chrono::NaiveTime::from_hms_opt(14, 30, 0).expect("a time");
    world.policy.quiet = Some(daypass_domain::QuietHours { from: midnight, to: until });
    let india = chrono::FixedOffset::east_opt(19_800).expect("an offset");
    world.event(daypass_manager::Event::LocalOffset(india));
    world.presence(Presence::Away);
    world.run_until(ist("17 14:29"));
    assert_eq!(world.record.shown(), ["done"]);
    assert_eq!(world.record.page(Kolkata, ist("17 07:01")), "Tue 12:00 icon orange\nTue 14:00 icon red\n");
}

#[test]
fn a_sign_in_long_before_it_is_needed_costs_nothing_when_it_fails() {
    let mut world = of_eight_hours();
    let upstox = id("upstox");
    world.run_until(ist("17 09:00"));
    world.ask(&upstox, Ask::SignIn { open: true });
    world.run_until(ist("17 11:59"));
    let account = world.account(&upstox);
    assert_eq!(account.facts.campaign.failures, 0, "nobody needed it");
    assert!(world.token(&upstox).is_some());
    assert_eq!(world.record.tabs(), 2, "and nobody is asked before the lead");
}

#[test]
fn a_pause_rests_and_a_resume_goes_on() {
    let mut world = of_eight_hours();
    let upstox = id("upstox");
    world.run_until(ist("17 11:00"));
    world.ask(&upstox, Ask::Pause(Some(ist("17 14:30"))));
    world.run_until(ist("17 14:29"));
    assert_eq!(world.record.shown(), ["done"], "nothing is told");
    assert_eq!(world.view(&upstox).standing, Standing::Paused);
    assert!(world.token(&upstox).is_some(), "bots still get the token");
    assert!(world.broker.count(Request::Probe, ist("17 11:00")) >= 6, "and the broker is still asked");
    let ticket = world.ask(&upstox, Ask::Refresh { open: true });
    assert_eq!(world.record.replies(ticket)[0].clone().expect_err("paused").code, Code::Paused);
    world.run_until(ist("17 14:31"));
    assert_eq!(world.record.tabs(), 2, "the pause is over, and somebody is there");
}
