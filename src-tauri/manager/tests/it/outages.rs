//! What a broker's silence, a lost answer or a crash may cost: nothing that is held.

use daypass_domain::{Moment, Rotation};
use daypass_manager::event::{LogLevel, Presence};
use daypass_manager::view::{Level, Standing};
use daypass_testkit::{
    Entry, Life, Renewing, Request, SimBroker, Weather, World, at, hours, id, ist, minutes, oauth2_with, seconds,
    upstox,
};

fn at_upstox() -> World {
    let cutoff = upstox().profile.cutoff.expect("Upstox has a cut-off");
    let mut world = World::new(ist("17 08:41"), SimBroker::new(Life::Cutoff(cutoff)), vec![upstox()]);
    world.run_for(seconds(0));
    world.sign_in(&id("upstox"));
    world
}

/// Tokens of an hour and a half, a refresh token that works once; the renewal is due one hour after the sign-in.
fn one_time() -> (World, Moment) {
    let mut broker = SimBroker::new(Life::Own(minutes(90)));
    broker.renewing = Some(Renewing { one_time: true, ..Renewing::default() });
    let mut world = World::new(ist("17 09:00"), broker, vec![oauth2_with(Rotation::OneTime)]);
    world.presence(Presence::Away);
    world.run_for(seconds(0));
    world.sign_in(&id("oauth2"));
    (world, ist("17 10:00"))
}

#[test]
fn three_hours_of_silence_cost_no_token_and_few_requests() {
    let mut world = at_upstox();
    let (from, to) = (ist("17 10:00"), ist("17 13:00"));
    world.broker.weather.push((from, to, Weather::Silent));
    let upstox = id("upstox");
    world.run_until(ist("17 10:13"));
    assert!(world.view(&upstox).verified, "one check without an answer is none");
    world.run_until(ist("17 10:20"));
    let view = world.view(&upstox);
    assert_eq!((view.verified, view.standing, view.level), (false, Standing::NotVerified, Level::Green));
    assert_eq!(view.silent_since, Some(ist("17 10:11")));
    world.run_until(to);
    assert!(world.token(&upstox).is_some(), "unknown is not no");
    let asked = world.broker.count(Request::Probe, from);
    assert!((8..=11).contains(&asked), "after 5, 10, then each 20 minutes: {asked}");
    assert_eq!(world.record.shown(), ["done"], "nobody is called for the broker's own trouble");
    world.run_until(to + minutes(25));
    assert_eq!(world.view(&upstox).standing, Standing::Valid, "and it is green again by itself");
    assert_eq!(world.view(&upstox).trouble, None);
}

#[test]
fn a_refusal_followed_by_silence_is_not_asked_about_every_five_seconds() {
    let mut world = at_upstox();
    world.run_until(ist("17 10:00"));
    world.broker.revoke_all();
    world.broker.weather.push((ist("17 10:11:01"), ist("17 12:00"), Weather::Silent));
    world.run_until(ist("17 11:59"));
    let asked = world.broker.count(Request::Probe, ist("17 10:11"));
    assert!(asked <= 9, "{asked} requests in two hours");
    assert!(world.token(&id("upstox")).is_some(), "refused once is not refused");
    world.run_until(ist("17 12:25"));
    assert_eq!(world.token(&id("upstox")), None, "the second answer counts, whenever it comes");
}

#[test]
fn a_probe_whose_answer_never_comes_is_given_up() {
    let mut world = at_upstox();
    world.broker.takes = hours(100);
    world.run_until(ist("17 09:13"));
    let view = world.view(&id("upstox"));
    assert!(view.work.is_none() && view.last_probe.is_some_and(|probe| probe.at == ist("17 09:12")));
    assert!(world.token(&id("upstox")).is_some());
}

#[test]
fn a_one_time_refresh_token_is_marked_on_disk_before_it_is_sent() {
    let (mut world, due) = one_time();
    let oauth2 = id("oauth2");
    world.vault.takes = seconds(2);
    world.run_until(due + seconds(1));
    assert_eq!(world.broker.count(Request::Renew, due), 0, "not before the mark is on disk");
    world.run_until(due + seconds(3));
    assert_eq!(world.broker.count(Request::Renew, due), 1);
    world.run_until(due + seconds(5));
    let stored = world.vault.disk[&oauth2].grant.clone().expect("a token");
    assert!(!stored.refresh_sent, "the new one has not been sent");
    assert_eq!(world.view(&oauth2).generation, 2);
}

#[test]
fn a_crash_after_the_mark_never_sends_it_again_and_asks_a_person() {
    let (mut world, due) = one_time();
    let oauth2 = id("oauth2");
    world.broker.takes = seconds(10);
    world.run_until(due + seconds(5));
    assert_eq!(world.broker.count(Request::Renew, due), 1, "sent, and the answer is on its way");
    assert!(world.vault.disk[&oauth2].grant.as_ref().expect("a token").refresh_sent);
    world.broker.takes = seconds(0);
    world.crash_for(seconds(1));
    world.run_for(minutes(25));
    assert_eq!(world.broker.count(Request::Renew, due), 1);
    assert_eq!(world.broker.resent, 0);
    assert!(world.token(&oauth2).is_some(), "the old access token is still good");
    assert_eq!(world.record.shown()[1..2], ["red"], "and a person is asked: {:?}", world.record.shown());
}

#[test]
fn a_crash_between_the_answer_and_the_save_loses_nothing_that_was_held() {
    let (mut world, due) = one_time();
    let oauth2 = id("oauth2");
    world.run_until(due - seconds(1));
    world.vault.takes = seconds(2);
    // Mark at 10:00:02, answer at once, save until 10:00:04.
    world.run_until(due + seconds(3));
    assert_eq!(world.account(&oauth2).generation.0, 2, "received");
    assert_eq!(world.vault.disk[&oauth2].generation.0, 1, "not saved");
    assert_eq!(world.record.delivered(), [1], "and so nobody has it");
    world.crash_for(seconds(1));
    world.run_for(minutes(1));
    assert!(world.token(&oauth2).is_some(), "the old one");
    assert!(!world.view(&oauth2).renews);
    assert_eq!(world.broker.resent, 0);
}

#[test]
fn an_unknown_outcome_spends_a_one_time_refresh_token() {
    let (mut world, due) = one_time();
    let oauth2 = id("oauth2");
    world.broker.weather.push((due - minutes(1), due + minutes(5), Weather::Silent));
    world.run_until(due + minutes(29));
    assert_eq!(world.broker.count(Request::Renew, due), 1, "never sent again");
    assert!(world.token(&oauth2).is_some(), "the access token lives on until its end");
    assert!(world.record.shown().contains(&"red"), "a person is asked while there is time");
    world.sign_in(&oauth2);
    assert!(world.view(&oauth2).renews, "and all is well again");
    assert_eq!(world.broker.resent, 0);
}

#[test]
fn a_request_that_never_left_is_sent_again() {
    let (mut world, due) = one_time();
    world.broker.weather.push((due - minutes(1), due + minutes(5), Weather::Unreachable));
    world.run_until(due + minutes(29));
    assert_eq!(world.broker.count(Request::Renew, due), 3, "after about four and eight minutes");
    assert_eq!(world.view(&id("oauth2")).generation, 2);
    assert_eq!(world.record.shown(), ["done"]);
}

#[test]
fn an_answer_that_arrived_during_sleep_is_read_before_it_is_given_up() {
    let (mut world, due) = one_time();
    world.broker.takes = seconds(10);
    world.run_until(due + seconds(5));
    world.sleep_until(due + hours(8));
    world.run_for(minutes(1));
    let oauth2 = id("oauth2");
    assert!(world.account(&oauth2).can_renew(world.now), "the new refresh token came while the lid was shut");
    assert_eq!(world.broker.resent, 0);
}

#[test]
fn a_wrong_setting_blocks_until_it_is_changed() {
    let (mut world, due) = one_time();
    let oauth2 = id("oauth2");
    world.broker.weather.push((due - minutes(1), due + hours(3), Weather::BadSetting));
    world.run_until(due + minutes(20));
    assert_eq!(world.broker.count(Request::Renew, due), 1, "not before somebody has changed it");
    assert!(world.token(&oauth2).is_some() || world.account(&oauth2).facts.refused.is_some());
    world.broker.weather.clear();
    world.event(daypass_manager::Event::Put(Box::new(oauth2_with(Rotation::OneTime))));
    world.run_for(minutes(1));
    assert_eq!(world.broker.count(Request::Renew, due), 2);
    assert_eq!(world.view(&oauth2).generation, 2);
}

#[test]
fn the_vault_must_have_the_mark_or_nothing_is_sent() {
    let (mut world, due) = one_time();
    world.vault.locked.push((due - seconds(1), due + minutes(3)));
    world.run_until(due + minutes(2));
    assert_eq!(world.broker.count(Request::Renew, due), 0, "a crash could send it twice");
    world.run_until(due + minutes(20));
    assert_eq!(world.broker.count(Request::Renew, due), 1, "once the vault is back");
    assert_eq!(world.view(&id("oauth2")).generation, 2);
}

#[test]
fn losing_the_answer_to_a_renewal_is_an_unknown_outcome() {
    let (mut world, due) = one_time();
    world.broker.takes = hours(100);
    world.run_until(due + minutes(2));
    let account = world.account(&id("oauth2"));
    assert!(!account.can_renew(world.now));
    let lines = world.record.entries.iter().filter(|(_, _, entry)| matches!(entry, Entry::Log(LogLevel::Warn, _)));
    assert!(lines.count() >= 1, "and it is written down");
}

#[test]
fn a_renewal_that_fails_on_a_sunday_takes_no_warning_away_from_monday() {
    let week = Renewing { grant: Some(hours(7 * 24)), ..Renewing::default() };
    let broker = SimBroker::renewing(Life::Own(minutes(30)), week);
    let mut world = World::new(at("2026-11-16T08:49:00-05:00"), broker, vec![oauth2_with(Rotation::IfPresent)]);
    world.presence(Presence::Away);
    world.run_for(seconds(0));
    world.sign_in(&id("oauth2"));
    let (sunday, monday) = (at("2026-11-22T21:56:00-05:00"), at("2026-11-23T00:00:00-05:00"));
    world.broker.weather.push((sunday, monday + hours(3), Weather::Unreachable));
    world.run_until(monday);
    assert_eq!(world.record.shown(), ["done"], "nothing opens on a Sunday");
    world.sleep_until(monday + minutes(457));
    world.run_until(monday + minutes(480));
    assert_eq!(world.record.shown(), ["done", "orange", "red"], "what renews it ends at 08:49, and somebody is told");
}
