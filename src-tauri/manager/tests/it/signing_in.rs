//! Sign-ins: one for everybody who asks, an end for each, and the old token untouched until the new one is proven.

use daypass_brokers::Artefact;
use daypass_domain::{Problem, Remedy, Secret, UserId};
use daypass_manager::event::Ending;
use daypass_manager::view::{NextStep, Standing, WorkKind};
use daypass_manager::{Answer, Ask, Code, Event, Reply};
use daypass_testkit::{Life, Person, Request, SimBroker, Weather, World, id, ist, minutes, seconds, upstox};

fn signed_out() -> World {
    let cutoff = upstox().profile.cutoff.expect("Upstox has a cut-off");
    let mut world = World::new(ist("17 08:40"), SimBroker::new(Life::Cutoff(cutoff)), vec![upstox()]);
    world.run_for(seconds(0));
    world
}

fn endings(world: &World) -> Vec<&Ending> {
    world.record.endings()
}

#[test]
fn everybody_who_asks_shares_one_sign_in_and_one_tab() {
    let mut world = signed_out();
    let upstox = id("upstox");
    let early =
        [world.ask_only(&upstox, Ask::SignIn { open: true }), world.ask_only(&upstox, Ask::SignIn { open: true })];
    world.run_for(seconds(0));
    let late = [world.ask(&upstox, Ask::SignIn { open: false }), world.ask(&upstox, Ask::Refresh { open: true })];
    let replies: Vec<_> = early.iter().chain(&late).map(|ticket| world.record.replies(*ticket)).collect();
    for reply in &replies {
        assert_eq!(reply.len(), 1);
        assert_eq!(reply[0], replies[0][0], "the same address and the same end");
    }
    assert!(matches!(replies[0][0], Ok(Reply::SignIn { browser: true, until, .. }) if *until == ist("17 08:45")));
    assert_eq!(world.record.tabs(), 1);
    assert_eq!(world.view(&upstox).work.map(|work| work.kind), Some(WorkKind::WaitingForBrowser));
    assert_eq!(world.view(&upstox).standing, Standing::Working);
}

#[test]
fn an_address_for_another_machine_can_still_become_a_tab_here() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.ask(&upstox, Ask::SignIn { open: false });
    assert_eq!(world.record.tabs(), 0, "daypass sign-in --no-browser");
    world.ask(&upstox, Ask::SignIn { open: true });
    world.ask(&upstox, Ask::SignIn { open: true });
    assert_eq!(world.record.tabs(), 1);
}

#[test]
fn whoever_waits_for_the_end_hears_it_once() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.person = Person::signing_in_after(seconds(30));
    world.ask(&upstox, Ask::SignIn { open: true });
    let waiting = [world.ask(&upstox, Ask::Finished), world.ask(&upstox, Ask::Finished)];
    world.run_for(seconds(29));
    assert!(waiting.iter().all(|ticket| world.record.replies(*ticket).is_empty()));
    world.run_for(seconds(1));
    assert!(waiting.iter().all(|ticket| world.record.replies(*ticket) == [&Ok(Reply::Done)]));
    assert!(matches!(endings(&world)[..], [Ending::SignedIn { proven: true, not_saved: None, .. }]));
}

#[test]
fn a_sign_in_that_nobody_finishes_ends_after_five_minutes() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.ask(&upstox, Ask::SignIn { open: true });
    let waiting = world.ask(&upstox, Ask::Finished);
    world.run_until(ist("17 08:44:59"));
    assert!(endings(&world).is_empty());
    world.run_until(ist("17 08:45"));
    assert_eq!(endings(&world), [&Ending::TooLate { waited: minutes(5) }]);
    let refused = world.record.replies(waiting)[0].clone().expect_err("too late");
    assert_eq!(
        (refused.code, refused.problem.what.as_ref()),
        (Code::Failed, "Nobody finished the sign-in within 5 min.")
    );
    assert_eq!(world.view(&upstox).standing, Standing::SignedOut);
    assert_eq!(world.view(&upstox).failures, 0, "nobody has lost anything");
    world.run_for(minutes(600));
    assert_eq!(world.record.tabs(), 1, "whoever never signed in is not asked");
}

#[test]
fn a_sign_in_can_be_cancelled_and_nobody_is_asked_again_at_once() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.ask(&upstox, Ask::SignIn { open: true });
    let waiting = world.ask(&upstox, Ask::Finished);
    let cancel = world.ask(&upstox, Ask::Cancel);
    assert_eq!(world.record.replies(cancel), [&Ok(Reply::Done)]);
    assert_eq!(world.record.replies(waiting)[0].clone().expect_err("cancelled").problem.code, "cancelled");
    assert_eq!(endings(&world), [&Ending::Cancelled]);
    assert_eq!(world.view(&upstox).trouble, None, "it was no trouble");
    let again = world.ask(&upstox, Ask::Cancel);
    assert_eq!(world.record.replies(again)[0].clone().expect_err("nothing").code, Code::NothingToDo);
}

#[test]
fn a_sign_in_by_another_user_changes_nothing() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    let before = world.token(&upstox);
    world.broker.user = "ZZ9999";
    world.sign_in(&upstox);
    assert_eq!(world.token(&upstox), before);
    assert_eq!(world.view(&upstox).generation, 1);
    let expected = Ending::WrongUser { got: "ZZ9999".to_owned(), wanted: "AB1234".to_owned() };
    assert_eq!(endings(&world)[1], &expected);
    assert_eq!(world.account(&upstox).facts.user, Some(UserId("AB1234".to_owned())));
}

#[test]
fn only_the_user_of_the_settings_may_sign_in() {
    let mut setup = upstox();
    setup.account.user = Some(UserId("CD5678".to_owned()));
    let cutoff = setup.profile.cutoff.expect("Upstox has a cut-off");
    let mut world = World::new(ist("17 08:40"), SimBroker::new(Life::Cutoff(cutoff)), vec![setup]);
    world.run_for(seconds(0));
    world.sign_in(&id("upstox"));
    assert_eq!(world.token(&id("upstox")), None);
    world.broker.user = "CD5678";
    world.sign_in(&id("upstox"));
    assert!(world.token(&id("upstox")).is_some());
}

#[test]
fn a_denied_sign_in_says_so_and_costs_nothing() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    world.person = Person { signs_in: Some(seconds(3)), denies: true, clicks: None };
    world.ask(&upstox, Ask::SignIn { open: true });
    world.run_for(seconds(3));
    assert!(matches!(endings(&world)[1], Ending::Failed(problem) if problem.code == "access_denied"));
    assert!(world.token(&upstox).is_some());
    assert_eq!(world.broker.count(Request::Exchange, ist("17 08:40")), 1);
}

#[test]
fn a_code_whose_exchange_was_lost_is_never_sent_again() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.broker.weather.push((ist("17 08:40"), ist("17 08:50"), Weather::Silent));
    world.sign_in(&upstox);
    assert!(matches!(endings(&world)[..], [Ending::Failed(_)]));
    world.run_for(minutes(60));
    assert_eq!(world.broker.count(Request::Exchange, ist("17 08:40")), 1);
    assert_eq!(world.broker.resent, 0);
}

#[test]
fn an_exchange_whose_answer_never_comes_is_given_up() {
    let mut world = signed_out();
    world.broker.takes = minutes(600);
    world.sign_in(&id("upstox"));
    world.run_for(minutes(2));
    assert!(matches!(endings(&world)[..], [Ending::Failed(problem)] if problem.code == "no_answer"));
}

#[test]
fn a_new_token_that_the_broker_refuses_twice_is_not_taken() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    let before = world.token(&upstox);
    world.broker.takes = seconds(1);
    world.sign_in(&upstox);
    // Issued, and ended before anybody has asked about it.
    world.broker.revoke_all();
    world.run_for(seconds(2));
    assert!(world.view(&upstox).work.is_some(), "one refusal is none");
    world.run_for(seconds(6));
    assert!(matches!(endings(&world)[1], Ending::Failed(problem) if problem.code == "SIM-INVALID"));
    assert_eq!(world.token(&upstox), before, "the old one counts until the new one is proven");
}

#[test]
fn a_new_token_that_nobody_can_prove_is_taken_and_marked_so() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.broker.takes = seconds(1);
    world.broker.weather.push((ist("17 08:40:01"), ist("17 08:42"), Weather::Unreachable));
    world.sign_in(&upstox);
    world.run_for(seconds(60));
    assert!(matches!(endings(&world)[..], [Ending::SignedIn { proven: false, .. }]), "{:?}", endings(&world));
    assert!(world.token(&upstox).is_some(), "a person has just signed in");
    let view = world.view(&upstox);
    assert_eq!((view.verified, view.standing), (false, Standing::NotVerified));
    world.run_for(minutes(10));
    assert_eq!(world.view(&upstox).standing, Standing::Valid);
}

#[test]
fn a_taken_port_is_said_to_whoever_asked() {
    let mut world = signed_out();
    world.port_taken = true;
    let ticket = world.ask(&id("upstox"), Ask::SignIn { open: true });
    let refused = world.record.replies(ticket)[0].clone().expect_err("port taken");
    assert_eq!((refused.code, refused.problem.code.as_ref()), (Code::CannotStart, "port_taken"));
    assert_eq!(world.record.tabs(), 0, "listener first, browser second");
    assert!(world.view(&id("upstox")).work.is_none());
}

#[test]
fn answers_with_an_old_number_or_out_of_turn_change_nothing() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.ask(&upstox, Ask::SignIn { open: true });
    let attempt = world.account(&upstox).work.as_ref().expect("a sign-in").attempt;
    let before = format!("{:?}", world.account(&upstox));
    let code = || Artefact(Secret::new("code-of-somebody"));
    let old = daypass_domain::Attempt(attempt.0 - 1);
    world.event(Event::Answer(upstox.clone(), old, Answer::Returned(Ok(code()))));
    world.event(Event::Answer(upstox.clone(), attempt, Answer::Revoked(Ok(()))));
    world.event(Event::Answer(upstox.clone(), attempt, Answer::Listening(Ok("http://elsewhere".to_owned()))));
    assert_eq!(format!("{:?}", world.account(&upstox)), before);
    world.event(Event::Answer(upstox.clone(), attempt, Answer::Returned(Ok(code()))));
    world.event(Event::Answer(upstox.clone(), attempt, Answer::Returned(Ok(code()))));
    assert_eq!(world.broker.count(Request::Exchange, ist("17 08:40")), 1, "a code that comes twice is exchanged once");
}

#[test]
fn a_missing_setting_is_named_and_nothing_starts() {
    let mut setup = upstox();
    let missing = Problem::new("no_secret", "The API secret is missing.", "Enter it.", Remedy::FixSetting);
    setup.missing = Some(missing);
    let cutoff = setup.profile.cutoff.expect("Upstox has a cut-off");
    let mut world = World::new(ist("17 08:40"), SimBroker::new(Life::Cutoff(cutoff)), vec![setup]);
    world.run_for(seconds(0));
    let upstox = id("upstox");
    for ask in [Ask::SignIn { open: true }, Ask::Refresh { open: true }] {
        let ticket = world.ask(&upstox, ask);
        assert_eq!(world.record.replies(ticket)[0].clone().expect_err("missing").code, Code::NoCredentials);
    }
    assert_eq!(world.view(&upstox).next.step, NextStep::EnterCredentials);
    assert_eq!(world.view(&upstox).message, "The API secret is missing. Enter it.");
}

#[test]
fn an_unknown_account_is_answered_as_well() {
    let mut world = signed_out();
    let ticket = world.ask(&id("nobody"), Ask::Probe);
    assert_eq!(world.record.replies(ticket)[0].clone().expect_err("unknown").code, Code::UnknownAccount);
}

#[test]
fn a_sign_out_ends_it_at_the_broker_and_here() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    world.ask(&upstox, Ask::SignOut);
    assert_eq!(world.broker.count(Request::Revoke, ist("17 08:40")), 1);
    assert_eq!(world.token(&upstox), None);
    assert_eq!(world.view(&upstox).standing, Standing::SignedOut);
    assert!(world.vault.disk[&upstox].grant.is_none());
    world.run_until(ist("19 10:00"));
    assert_eq!(world.record.shown(), ["done"], "signed out by choice: nobody is asked");
    world.crash();
    world.run_for(minutes(5));
    assert_eq!(world.token(&upstox), None);
}

#[test]
fn a_sign_out_is_done_here_even_if_the_broker_does_not_confirm_it() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    world.broker.weather.push((ist("17 08:40"), ist("17 09:00"), Weather::Silent));
    world.ask(&upstox, Ask::SignOut);
    assert_eq!(world.token(&upstox), None);
    assert_eq!(
        world.view(&upstox).trouble.map(|problem| problem.code.into_owned()),
        Some("sign_out_unconfirmed".to_owned())
    );
}

#[test]
fn a_sign_out_during_a_sign_in_answers_everybody() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.sign_in(&upstox);
    let asked = world.ask_only(&upstox, Ask::SignIn { open: true });
    let finished = world.ask_only(&upstox, Ask::Finished);
    world.ask_only(&upstox, Ask::SignOut);
    world.run_for(minutes(10));
    assert_eq!(world.record.replies(asked).len(), 1);
    assert_eq!(world.record.replies(finished).len(), 1);
    assert_eq!(world.token(&upstox), None);
}

#[test]
fn a_browser_that_does_not_open_is_said_and_the_next_click_tries_again() {
    let mut world = signed_out();
    let upstox = id("upstox");
    world.no_browser = true;
    let ticket = world.ask(&upstox, Ask::SignIn { open: true });
    let replies = world.record.replies(ticket);
    assert!(matches!(replies[..], [Ok(Reply::SignIn { browser: false, .. })]), "{replies:?}");
    assert_eq!(world.record.shown().last().copied(), Some("no_browser"));
    assert_eq!(world.view(&upstox).trouble.map(|problem| problem.code.into_owned()), Some("no_browser".to_owned()));
    world.no_browser = false;
    world.person = Person::signing_in_after(seconds(5));
    let again = world.ask(&upstox, Ask::SignIn { open: true });
    assert!(matches!(world.record.replies(again)[..], [Ok(Reply::SignIn { browser: true, .. })]));
    world.run_for(seconds(10));
    assert!(world.token(&upstox).is_some() && world.view(&upstox).trouble.is_none());
    assert_eq!(world.record.tabs(), 1);
}

#[test]
fn a_clock_that_is_corrected_ends_nothing_that_is_under_way() {
    for (sentence, hours_on) in [("forward", 2), ("back", -2)] {
        let mut world = signed_out();
        let upstox = id("upstox");
        world.person = Person::NOBODY;
        world.ask(&upstox, Ask::SignIn { open: true });
        let (wait, shift) = (world.view(&upstox).work.expect("it waits").until, chrono::Duration::hours(hours_on));
        world.now += shift;
        world.event(Event::ClockOff { behind: Some(shift), shift });
        assert_eq!(world.view(&upstox).work.and_then(|work| work.until), wait.map(|at| at + shift), "{sentence}");
        assert_eq!(world.snapshot().clock_off_seconds, hours_on * 3_600, "{sentence}");
        world.run_for(minutes(4));
        assert!(endings(&world).is_empty(), "{sentence}: it still has a minute");
    }
}
