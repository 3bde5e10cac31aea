//! Days of a person: quiet hours, an empty chair, a snooze; and a laptop whose clock or zone changes.

use crate::days_market::{at_upstox, signed_in, told};
use chrono::{FixedOffset, NaiveTime};
use chrono_tz::Asia::Kolkata;
use daypass_domain::QuietHours;
use daypass_manager::event::Presence;
use daypass_manager::{Ask, Event};
use daypass_testkit::{Life, Request, World, hours, id, ist, minutes, seconds};

const INDIA: i32 = 5 * 3600 + 1800;

fn local(world: &mut World, seconds_east: i32) {
    world.event(Event::LocalOffset(FixedOffset::east_opt(seconds_east).expect("an offset")));
}

/// Quiet from 22:00 until that hour, on a laptop in India.
fn quiet_until(world: &mut World, hour: u32) {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
    world.policy.quiet = Some(QuietHours { from: time(22), to: time(hour) });
    local(world, INDIA);
}

#[test]
fn in_quiet_hours_nothing_is_heard_before_the_ready_by_time() {
    let mut world = signed_in(ist("17 08:41"));
    quiet_until(&mut world, 9);
    world.run_until(ist("18 09:16"));
    assert_eq!(
        world.record.page(Kolkata, ist("18 00:00")),
        "\
Wed 00:30 icon orange
Wed 02:30 icon red
Wed 08:45 notification ready_by: Upstox is not ready. 30 min to the open. The token ended at 03:30 IST. Sign in now.
Wed 09:00 notification quarter: Upstox is not ready. 15 min to the open. The token ended at 03:30 IST. Sign in now.
Wed 09:10 notification five: Upstox is not ready. 5 min to the open. The token ended at 03:30 IST. Sign in now.
"
    );
}

#[test]
fn a_refusal_in_quiet_hours_is_told_after_them() {
    let mut world = at_upstox(ist("17 08:41"));
    world.broker.life = Life::Own(hours(36));
    world.sign_in(&id("upstox"));
    quiet_until(&mut world, 7);
    world.run_until(ist("18 02:00"));
    world.broker.revoke_all();
    world.run_until(ist("18 12:00"));
    let body = "3 tries failed. The broker says no.";
    assert_eq!(told(&world, ist("18 00:00")), [(ist("18 07:00"), "manual")], "three attempts have passed");
    assert!(world.record.notices().any(|(_, notice)| notice.body == body), "and why");
}

#[test]
fn three_attempts_in_quiet_hours_open_nothing_and_are_told_after_them() {
    let mut world = at_upstox(ist("17 08:41"));
    world.broker.life = Life::Own(hours(20));
    world.sign_in(&id("upstox"));
    quiet_until(&mut world, 7);
    world.run_until(ist("18 12:00"));
    assert_eq!(told(&world, ist("17 22:00")), [(ist("18 07:00"), "manual")]);
    assert_eq!(world.record.tabs(), 1, "the one of the sign-in");
}

#[test]
fn a_refusal_on_a_closed_day_is_left_to_the_next_trading_day() {
    let mut world = at_upstox(ist("20 08:41"));
    world.broker.life = Life::Own(hours(96));
    world.sign_in(&id("upstox"));
    world.presence(Presence::Away);
    world.run_until(ist("21 12:00"));
    world.broker.revoke_all();
    world.run_until(ist("23 08:29"));
    assert_eq!(told(&world, ist("20 08:42")), [], "nothing opens on Saturday or Sunday");
    world.run_until(ist("23 09:15"));
    assert_eq!(told(&world, ist("20 08:42"))[0].0, ist("23 08:30"));
}

#[test]
fn whoever_has_gone_unnoticed_finds_a_reminder_and_no_tab() {
    let mut world = signed_in(ist("17 08:41"));
    world.run_until(ist("18 08:10"));
    world.gone = true;
    world.run_until(ist("18 08:40"));
    assert_eq!(
        world.record.page(Kolkata, ist("18 08:01")),
        "Wed 08:30 notification reminder: Upstox: sign in before 09:15 IST. The token ended at 03:30 IST.\n"
    );
}

#[test]
fn whoever_first_appears_at_08_12_is_told_then() {
    let mut world = signed_in(ist("17 08:41"));
    world.presence(Presence::Away);
    world.run_until(ist("18 08:12"));
    assert_eq!(told(&world, ist("17 08:42")), []);
    world.presence(Presence::There);
    world.presence(Presence::Away);
    world.presence(Presence::There);
    assert_eq!(told(&world, ist("17 08:42")), [(ist("18 08:12"), "hint")], "once");
}

#[test]
fn no_snooze_outlasts_ten_past_nine() {
    let mut world = signed_in(ist("17 08:41"));
    world.presence(Presence::Away);
    world.run_until(ist("18 09:06"));
    world.ask(&id("upstox"), Ask::Snooze);
    world.run_until(ist("18 09:11"));
    world.ask(&id("upstox"), Ask::Snooze);
    world.run_until(ist("18 10:00"));
    assert_eq!(told(&world, ist("18 09:05")), [(ist("18 09:10"), "five")]);
}

/// Somebody sets the clock, and the program hears of it.
fn set_clock(world: &mut World, moment: &str) {
    world.now = ist(moment);
    world.event(Event::ClockSet);
    world.run_for(seconds(0));
}

#[test]
fn a_clock_that_is_set_neither_loses_nor_extends_a_token() {
    let mut world = signed_in(ist("17 08:41"));
    let upstox = id("upstox");
    world.run_until(ist("17 10:00"));
    let token = world.token(&upstox);
    for moment in ["17 07:00", "17 13:00", "18 03:29"] {
        let before = world.broker.requests.len();
        set_clock(&mut world, moment);
        assert_eq!(world.token(&upstox), token, "{moment}");
        assert_eq!(world.view(&upstox).expiry_time, Some(ist("18 03:30")), "{moment}");
        assert_eq!(world.broker.requests[before..].iter().filter(|(.., what)| *what == Request::Probe).count(), 1);
    }
    set_clock(&mut world, "18 03:31");
    assert_eq!(world.token(&upstox), None, "past its end nobody gets it");
    set_clock(&mut world, "17 10:05");
    assert_eq!(world.token(&upstox), token, "and it was not thrown away");
    world.run_until(ist("17 10:40"));
    assert_eq!(world.view(&upstox).last_probe.map(|probe| probe.at), Some(ist("17 10:35")), "and the checks go on");
}

#[test]
fn no_pause_outlasts_a_clock_that_was_set_back() {
    let mut world = signed_in(ist("17 08:41"));
    let upstox = id("upstox");
    world.broker.retry_after = Some(minutes(30));
    world.run_until(ist("17 15:12"));
    world.ask(&upstox, Ask::SignIn { open: false });
    set_clock(&mut world, "17 09:00");
    world.run_until(ist("17 09:06"));
    assert!(world.view(&upstox).work.is_none(), "the sign-in waits five minutes, not six hours");
    world.run_until(ist("17 09:31"));
    let asked = world.view(&upstox).last_probe.map(|probe| probe.at);
    assert!(asked.is_some_and(|at| (ist("17 09:00")..ist("17 09:31")).contains(&at)), "{asked:?}");
}

#[test]
fn a_locked_keyring_is_tried_again_soon_after_a_clock_was_set_back() {
    let mut world = at_upstox(ist("17 15:00"));
    world.vault.locked.push((ist("17 08:00"), ist("17 09:10")));
    world.vault.locked.push((ist("17 15:00"), ist("17 23:00")));
    world.sign_in(&id("upstox"));
    world.run_until(ist("17 15:30"));
    set_clock(&mut world, "17 09:05");
    world.run_until(ist("17 09:20"));
    assert_eq!(world.vault.disk.len(), 1, "not at 15:35");
}

#[test]
fn a_wait_for_the_network_is_not_hours_long_because_of_a_clock() {
    let mut world = signed_in(ist("17 08:41"));
    world.event(Event::Network(true));
    world.run_until(ist("17 15:00"));
    world.sleep_until(ist("17 16:00"));
    set_clock(&mut world, "17 10:00");
    world.run_for(seconds(31));
    assert_eq!(world.view(&id("upstox")).last_probe.map(|probe| probe.at), Some(ist("17 10:00:30")));
}

#[test]
fn the_zone_of_the_laptop_changes_nothing_but_quiet_hours() {
    let day = |seconds_east: i32, quiet: bool| {
        let mut world = signed_in(ist("17 08:41"));
        if quiet {
            quiet_until(&mut world, 7);
        }
        local(&mut world, seconds_east);
        world.run_until(ist("18 12:00"));
        world.record.page(Kolkata, ist("17 08:41"))
    };
    let (home, london) = (day(INDIA, false), day(0, false));
    assert_eq!(home, london);
    assert_eq!(day(INDIA, true), home, "08:00 in India is not quiet there");
    let quiet = day(0, true);
    assert!(!quiet.contains("hint") && quiet.contains("ready_by"), "08:00 in India is 02:30 in London: {quiet}");
}
