//! Disk: a vault that fails, hangs or is locked costs nothing but a loud state and a retry.

use daypass_domain::UserId;
use daypass_manager::event::{Ending, Presence};
use daypass_manager::view::{SavedState, Standing, VaultKind, VaultView};
use daypass_manager::{Ask, Event, hand_out};
use daypass_testkit::{Entry, Life, Renewing, SimBroker, World, hours, id, ist, minutes, oauth2, seconds, upstox};

fn at_upstox() -> World {
    let cutoff = upstox().profile.cutoff.expect("Upstox has a cut-off");
    let mut world = World::new(ist("17 08:30"), SimBroker::new(Life::Cutoff(cutoff)), vec![upstox()]);
    world.run_for(seconds(0));
    world
}

fn position(world: &World, wanted: impl Fn(&Entry) -> bool) -> usize {
    world.record.entries.iter().position(|(_, _, entry)| wanted(entry)).expect("it happened")
}

#[test]
fn bots_have_it_only_after_it_is_on_disk() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.vault.takes = seconds(3);
    world.sign_in(&upstox);
    world.run_for(seconds(2));
    assert_eq!(world.account(&upstox).generation.0, 1, "memory has it at once");
    let refused = hand_out(world.account(&upstox), world.now, minutes(0)).expect_err("being saved");
    assert_eq!(refused.problem.code, "being_saved");
    world.run_for(seconds(1));
    assert!(world.token(&upstox).is_some());
    let saved = position(&world, |entry| matches!(entry, Entry::Saved(_)));
    let delivered = position(&world, |entry| matches!(entry, Entry::Delivered(_)));
    assert!(saved < delivered);
}

#[test]
fn a_sign_in_survives_a_crash_between_its_exchange_and_its_proof() {
    for (sentence, held_before) in [("the first sign-in", false), ("one that replaces a token", true)] {
        let mut world = at_upstox();
        let upstox = id("upstox");
        if held_before {
            world.sign_in(&upstox);
        }
        let before = world.account(&upstox).generation.0;
        // The code is exchanged at once; the proof takes a while, and the program is killed meanwhile.
        world.broker.takes = seconds(2);
        world.sign_in(&upstox);
        world.run_for(seconds(3));
        assert_eq!(world.account(&upstox).generation.0, before, "{sentence}: not proven yet");
        world.crash_for(minutes(1));
        world.run_for(seconds(5));
        assert_eq!(world.account(&upstox).generation.0, before + 1, "{sentence}: proven after the start");
        assert!(world.view(&upstox).verified && world.token(&upstox).is_some(), "{sentence}");
        assert!(world.vault.disk[&upstox].candidate.is_none(), "{sentence}: and it is the token that counts");
        assert_eq!(world.record.tabs(), 1 + usize::from(held_before), "{sentence}: nobody is asked again");
    }
}

#[test]
fn a_token_that_is_refused_after_such_a_crash_is_wiped() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.broker.takes = seconds(2);
    world.sign_in(&upstox);
    world.run_for(seconds(3));
    assert!(world.vault.disk[&upstox].candidate.is_some(), "on disk before its proof");
    world.broker.revoke_all();
    world.crash_for(minutes(1));
    world.run_for(minutes(1));
    assert!(world.token(&upstox).is_none() && world.vault.disk[&upstox].candidate.is_none());
}

#[test]
fn a_vault_that_fails_after_a_sign_in_costs_nothing_and_is_tried_again() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.vault.locked.push((ist("17 08:30"), ist("17 09:30")));
    world.sign_in(&upstox);
    assert!(world.token(&upstox).is_some(), "from memory");
    let view = world.view(&upstox);
    assert_eq!(view.saved.state, SavedState::Failed);
    assert_eq!(view.saved.problem.map(|problem| problem.code.into_owned()), Some("locked".to_owned()));
    let closed = |entry: &Entry| matches!(entry, Entry::Closed(Ending::SignedIn { not_saved: Some(_), .. }));
    position(&world, closed);
    let tries = || world.record.log().iter().filter(|line| line.contains("in memory only")).count();
    assert_eq!(tries(), 1);
    world.run_until(ist("17 09:29"));
    let tries = world.record.log().iter().filter(|line| line.contains("in memory only")).count();
    assert!((12..=20).contains(&tries), "15 s, 30 s, then up to every 5 minutes: {tries}");
    world.run_until(ist("17 09:37"));
    assert_eq!(world.view(&upstox).saved.state, SavedState::Saved);
    assert_eq!(world.vault.disk[&upstox].generation.0, 1);
    assert_eq!(world.record.delivered(), [1], "bots heard of it once");
}

#[test]
fn a_vault_that_never_answers_does_not_keep_a_new_token_from_bots() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.vault.hangs.push((ist("17 08:30"), ist("17 08:45")));
    world.sign_in(&upstox);
    assert_eq!(world.token(&upstox), None, "it may still answer");
    world.run_for(minutes(1));
    assert!(world.token(&upstox).is_some(), "it does not");
    assert_eq!(world.view(&upstox).saved.state, SavedState::Failed);
    world.run_until(ist("17 08:55"));
    assert_eq!(world.view(&upstox).saved.state, SavedState::Saved);
}

#[test]
fn a_silent_renewal_reaches_bots_even_if_the_vault_never_answers() {
    let mut broker = SimBroker::new(Life::Own(minutes(30)));
    broker.renewing = Some(Renewing::default());
    let mut world = World::new(ist("17 09:00"), broker, vec![oauth2()]);
    world.run_for(seconds(0));
    let oauth2 = id("oauth2");
    world.sign_in(&oauth2);
    world.vault.hangs.push((ist("17 09:19"), ist("17 23:00")));
    world.run_until(ist("17 09:22"));
    assert_eq!(world.account(&oauth2).generation.0, 2);
    assert!(world.token(&oauth2).is_some());
    world.run_until(ist("17 12:00"));
    assert!(world.token(&oauth2).is_some());
}

#[test]
fn what_could_not_be_read_is_not_overwritten() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    let writes = world.vault.writes;
    world.vault.locked.push((ist("17 09:00"), ist("17 09:40")));
    world.run_until(ist("17 08:59"));
    world.crash_for(minutes(2));
    world.run_until(ist("17 09:39"));
    assert_eq!(world.view(&upstox).standing, Standing::NotVerified, "not signed out: nobody knows");
    assert_eq!(world.vault.writes, writes);
    assert_eq!(world.record.shown(), ["done"], "and nobody is asked to sign in");
    let tries = world.record.log().iter().filter(|line| line.contains("could not be read")).count();
    assert!((8..=15).contains(&tries), "15 s, 30 s, then up to every 5 minutes: {tries}");
    world.run_until(ist("17 09:47"));
    assert_eq!(world.view(&upstox).standing, Standing::Valid);
    assert_eq!(world.token(&upstox).as_deref(), Some("token-000002"));
}

#[test]
fn unlocking_the_keyring_is_noticed_at_once() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    world.vault.locked.push((ist("17 08:31"), ist("17 10:00")));
    world.run_until(ist("17 08:35"));
    world.crash_for(minutes(1));
    world.event(Event::Vault(VaultView { kind: VaultKind::Locked, problem: None }));
    world.run_until(ist("17 09:59:59"));
    assert_eq!(world.token(&upstox), None);
    world.run_until(ist("17 10:00"));
    world.event(Event::Vault(VaultView { kind: VaultKind::Keyring, problem: None }));
    world.run_for(seconds(0));
    assert!(world.token(&upstox).is_some());
}

#[test]
fn a_read_that_never_answers_is_tried_again() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    world.run_for(seconds(1));
    world.vault.hangs.push((ist("17 08:30"), ist("17 08:40")));
    world.crash_for(minutes(1));
    world.run_until(ist("17 08:39"));
    assert_eq!(world.token(&upstox), None);
    world.run_until(ist("17 08:47"));
    assert!(world.token(&upstox).is_some());
}

#[test]
fn a_sign_in_while_the_vault_is_locked_counts_at_once_and_is_written_later() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    let writes = world.vault.writes;
    world.vault.locked.push((ist("17 09:00"), ist("17 12:00")));
    world.run_until(ist("17 08:59"));
    world.crash_for(minutes(2));
    world.run_for(minutes(1));
    world.sign_in(&upstox);
    assert_eq!(world.token(&upstox).as_deref(), Some("token-000004"), "bots get it from memory");
    assert_eq!(world.vault.writes, writes, "the stored one is untouched");
    assert!(world.broker.count(daypass_testkit::Request::Probe, ist("17 09:02")) >= 1);
    world.run_until(ist("17 12:06"));
    let stored = &world.vault.disk[&upstox];
    assert_eq!(stored.generation.0, 2, "newer than what was there");
    assert_eq!(stored.grant.as_ref().map(|grant| grant.access.expose()), Some("token-000004"));
    assert_eq!(world.record.delivered().last(), Some(&2));
    assert!(world.broker.count(daypass_testkit::Request::Probe, ist("17 09:10")) >= 5, "it was looked after meanwhile");
}

#[test]
fn another_users_sign_in_while_the_vault_is_locked_does_not_replace_the_stored_token() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    world.vault.locked.push((ist("17 09:00"), ist("17 09:30")));
    world.run_until(ist("17 08:59"));
    world.crash_for(minutes(2));
    world.run_for(minutes(1));
    world.broker.user = "ZZ9999";
    world.sign_in(&upstox);
    world.run_until(ist("17 09:36"));
    assert_eq!(world.token(&upstox).as_deref(), Some("token-000002"));
    assert_eq!(world.account(&upstox).facts.user, Some(UserId("AB1234".to_owned())));
    let trouble = world.view(&upstox).trouble.expect("it says so");
    assert_eq!(trouble.code, "wrong_user");
    assert_eq!(world.record.delivered().last(), Some(&2), "and bots hear that they have to change back");
}

#[test]
fn a_sign_out_while_the_vault_is_locked_is_final() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.vault.locked.push((ist("17 08:30"), ist("17 09:00")));
    world.crash();
    world.run_for(seconds(1));
    world.sign_in(&upstox);
    world.ask(&upstox, Ask::SignOut);
    world.run_until(ist("17 09:10"));
    assert_eq!(world.token(&upstox), None);
    assert_eq!(world.view(&upstox).standing, Standing::SignedOut);
}

#[test]
fn a_restart_finds_everything_again() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    world.run_until(ist("17 10:00"));
    world.crash_for(minutes(5));
    assert_eq!(world.token(&upstox), None, "not before it was read");
    world.run_for(seconds(0));
    assert_eq!(world.token(&upstox).as_deref(), Some("token-000002"));
    assert!(world.view(&upstox).verified, "the broker was asked at once");
    assert_eq!(world.view(&upstox).generation, 1);
    assert_eq!(world.record.delivered(), [1, 1], "once more after the start: it may not be everywhere yet");
}

#[test]
fn a_kill_before_the_write_leaves_the_old_token() {
    let mut world = World::new(ist("17 08:30"), SimBroker::new(Life::Own(hours(8))), vec![upstox()]);
    let upstox = id("upstox");
    world.run_for(seconds(0));
    world.sign_in(&upstox);
    world.vault.takes = seconds(2);
    world.run_until(ist("17 12:00"));
    world.sign_in(&upstox);
    world.run_for(seconds(1));
    assert_eq!(world.account(&upstox).generation.0, 2);
    world.crash_for(seconds(1));
    world.run_for(seconds(3));
    assert_eq!(world.token(&upstox).as_deref(), Some("token-000002"), "the first one, which still works");
}

#[test]
fn a_removed_account_leaves_nothing_behind() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    world.vault.locked.push((ist("17 08:31"), ist("17 08:32")));
    world.presence(Presence::There);
    let waiting = world.ask(&upstox, Ask::SignIn { open: false });
    let finished = world.ask(&upstox, Ask::Finished);
    world.event(Event::Removed(upstox.clone()));
    world.run_for(minutes(10));
    assert!(world.vault.disk.is_empty());
    assert!(world.state.account(&upstox).is_none());
    assert_eq!(world.record.replies(waiting).len(), 1);
    assert_eq!(world.record.replies(finished).len(), 1, "whoever waited hears of it");
    assert_eq!(world.state.next_moment(), None);
}

#[test]
fn after_a_start_the_save_time_and_the_backups_are_known() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    world.run_until(ist("18 08:00"));
    world.sign_in(&upstox);
    let before = world.view(&upstox).saved;
    world.crash_for(hours(1));
    world.run_for(seconds(1));
    let after = world.view(&upstox).saved;
    assert!(after.backups > 0 && after.at.is_some());
    assert_eq!((after.backups, after.at), (before.backups, before.at));
}

#[test]
fn a_backup_that_stands_in_says_so_and_is_news_to_bots() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    let problem = daypass_domain::Problem::new(
        "VAULT_DAMAGED",
        "The file is damaged.",
        "Daypass uses a backup.",
        daypass_domain::Remedy::SignInAgain,
    );
    world.vault.stands_in = Some(problem);
    world.broker.weather.push((ist("17 08:30"), ist("17 09:30"), daypass_testkit::Weather::Silent));
    world.crash();
    world.run_for(seconds(1));
    let view = world.view(&upstox);
    assert_eq!(view.trouble.map(|problem| problem.code.into_owned()), Some("VAULT_DAMAGED".to_owned()));
    assert_eq!(view.generation, 3, "past the damaged one");
    assert!(world.token(&upstox).is_some());
}

#[test]
fn a_stored_token_that_is_lost_for_good_does_not_stop_the_next_one() {
    let mut world = at_upstox();
    let upstox = id("upstox");
    world.vault.lost = true;
    world.crash();
    world.run_for(seconds(1));
    assert_eq!(world.view(&upstox).trouble.map(|problem| problem.code.into_owned()), Some("lost".to_owned()));
    world.sign_in(&upstox);
    assert_eq!(world.view(&upstox).saved.state, SavedState::Saved, "it takes the damaged one's place");
}
