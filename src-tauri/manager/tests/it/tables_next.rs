//! Tables: what comes next, and when.

use crate::tables::{TROUBLE, of_eight_hours, overnight, renewing};
use daypass_domain::{Attempt, Generation, Grant, Moment, Policy, Renewal, Rotation};
use daypass_manager::account::{Account, Flight, Load, Pause, Said};
use daypass_manager::event::Presence;
use daypass_manager::next::{Plan, What, deed, lead_begins, own as next, pause_after_failure};
use daypass_manager::work::{Task, Work};
use daypass_testkit::{hours, ist, minutes, seconds, upstox};

fn plan(account: &Account, now: &str) -> Option<(What, Moment)> {
    deed(account, &Policy::default(), Presence::There, ist(now)).map(|Plan { at, what }| (what, at))
}

fn asked(mut account: Account, at: &str) -> Account {
    account.proof.last = Some((ist(at), Said::Yes));
    account
}

fn failed(mut account: Account, failures: u32, began: &str, last: &str) -> Account {
    let campaign = &mut account.facts.campaign;
    campaign.failures = failures;
    campaign.began = Some(ist(began));
    campaign.last_failure = Some(ist(last));
    account
}

fn unprobed(mut account: Account) -> Account {
    account.setup.probes = false;
    account
}

#[test]
fn what_comes_next_and_when() {
    let mut waiting = overnight();
    waiting.work =
        Some(Work { attempt: Attempt(1), since: ist("17 10:00"), until: ist("17 10:01"), task: Task::Probe });
    let mut at_once = asked(overnight(), "17 10:00");
    at_once.proof.at_once = true;
    let mut person_asked = unprobed(of_eight_hours());
    person_asked.facts.campaign.asked_until = Some(ist("17 14:20"));
    let mut manual = failed(unprobed(of_eight_hours()), 3, "17 14:15", "17 14:45");
    manual.facts.campaign.manual = true;
    let mut blocked = unprobed(of_eight_hours());
    blocked.facts.campaign.blocked = true;
    let mut paused = unprobed(of_eight_hours());
    paused.facts.paused = Some(Pause { until: Some(ist("17 16:00")) });
    let mut signed_out = Account::new(upstox());
    signed_out.facts.signed_out = true;
    let mut missing = unprobed(of_eight_hours());
    missing.setup.missing = Some(TROUBLE);
    type Row<'a> = (&'a str, Account, &'a str, Option<(What, &'a str)>);
    let rows: &[Row<'_>] = &[
        (
            "ask the broker 30 minutes after its last answer",
            asked(overnight(), "17 10:00"),
            "17 10:10",
            Some((What::Probe, "17 10:30")),
        ),
        ("ask at once after the start", overnight(), "17 10:10", Some((What::Probe, "17 10:10"))),
        ("ask at once after a wake-up", at_once, "17 10:10", Some((What::Probe, "17 10:10"))),
        ("nothing else while an answer is waited for", waiting, "17 10:00", Some((What::GiveUp, "17 10:01"))),
        (
            "ask a person one hour before the end",
            unprobed(of_eight_hours()),
            "17 10:00",
            Some((What::AskPerson, "17 14:15")),
        ),
        ("a person who was asked has five minutes", person_asked, "17 14:16", Some((What::AttemptOver, "17 14:20"))),
        ("after three failures nobody is asked again", manual, "17 14:50", None),
        ("a wrong setting stops everything", blocked, "17 14:50", None),
        ("a missing one as well", missing, "17 14:50", None),
        ("a pause rests until its end", paused, "17 14:50", Some((What::Resume, "17 16:00"))),
        ("whoever signed out is left alone", signed_out, "17 14:50", None),
        ("at Upstox nobody is asked before the cut-off", unprobed(overnight()), "18 02:45", None),
        ("after it the ladder begins at 08:00", unprobed(overnight()), "18 03:31", Some((What::Ladder, "18 08:00"))),
        (
            "renew at two thirds of a life shorter than two leads",
            unprobed(renewing()),
            "17 09:01",
            Some((What::Renew, "17 09:20")),
        ),
    ];
    for (sentence, account, now, expected) in rows {
        assert_eq!(plan(account, now), expected.map(|(what, at)| (what, ist(at))), "{sentence}");
    }
}

#[test]
fn an_account_that_renews_asks_a_person_once_before_the_sign_in_behind_it_ends() {
    let mut account = unprobed(renewing());
    account.grant.as_mut().expect("a token").access_ends = Some(ist("19 08:55"));
    account.grant.as_mut().expect("a token").issued_at = ist("19 00:55");
    assert_eq!(plan(&account, "19 07:00"), Some((What::Renew, ist("19 07:55"))));
    account.facts.campaign.last_failure = Some(ist("19 07:58"));
    account.facts.campaign.failures = 1;
    assert_eq!(plan(&account, "19 07:59"), Some((What::AskPerson, ist("19 08:00"))));
    account.facts.asked_about = account.grant.as_ref().map(|grant| grant.granted_at);
    assert_eq!(plan(&account, "19 07:59").map(|(what, _)| what), Some(What::Renew), "asked about once");
}

#[test]
fn back_off_comes_from_stored_facts() {
    let policy = Policy::default();
    let first = failed(unprobed(of_eight_hours()), 1, "17 14:15", "17 14:20");
    let second = failed(unprobed(of_eight_hours()), 2, "17 14:15", "17 14:31");
    let pause = pause_after_failure(&first, &policy);
    assert!(pause >= minutes(5) && pause <= minutes(6), "{pause}");
    assert_eq!(plan(&first, "17 14:21"), Some((What::AskPerson, ist("17 14:20") + pause)));
    assert_eq!(pause_after_failure(&second, &policy), pause * 2);
}

#[test]
fn a_silent_broker_is_asked_with_growing_pauses() {
    let mut last = seconds(0);
    for misses in 1..10 {
        let mut account = asked(overnight(), "17 10:00");
        account.proof.misses = misses;
        let (what, at) = plan(&account, "17 10:00").expect("a plan");
        assert_eq!(what, What::Probe);
        let pause = at - ist("17 10:00");
        assert!(pause >= last && pause <= minutes(30), "after {misses} misses: {pause}");
        last = pause;
    }
    let mut refused_once = asked(overnight(), "17 10:00");
    refused_once.proof.refusals = 1;
    assert_eq!(
        plan(&refused_once, "17 10:00"),
        Some((What::Probe, ist("17 10:00:05"))),
        "a refusal is asked about soon"
    );
    refused_once.proof.misses = 1;
    assert!(plan(&refused_once, "17 10:00").expect("a plan").1 >= ist("17 10:05"), "but not in a loop");
}

#[test]
fn a_broker_that_asks_for_quiet_gets_it() {
    let mut account = failed(unprobed(renewing()), 1, "17 09:20", "17 09:20");
    account.facts.campaign.not_before = Some(ist("17 09:28"));
    assert_eq!(plan(&account, "17 09:21"), Some((What::Renew, ist("17 09:28"))));
}

#[test]
fn after_the_row_a_renewal_is_tried_every_half_hour() {
    let mut account = failed(unprobed(renewing()), 3, "17 09:20", "17 09:27");
    account.facts.campaign.manual = true;
    assert_eq!(plan(&account, "17 09:28"), Some((What::Renew, ist("17 09:57"))));
}

#[test]
fn the_vault_is_tried_again_with_growing_pauses() {
    let mut last = seconds(0);
    for times in 1..12 {
        let mut saving = asked(overnight(), "17 10:00");
        saving.saved.failed = Some((times, ist("17 10:00"), TROUBLE));
        let (what, at) = plan(&saving, "17 10:00").expect("a plan");
        let mut reading = Account::new(upstox());
        reading.load = Load::Failed(times, ist("17 10:00"), TROUBLE);
        let (what_too, at_too) = plan(&reading, "17 10:00").expect("a plan");
        assert_eq!((what, what_too), (What::SaveAgain, What::LoadAgain));
        let pause = (at - ist("17 10:00")).min(at_too - ist("17 10:00"));
        assert!(pause >= last && pause >= seconds(15) && pause <= minutes(6), "after {times}: {pause}");
        last = pause;
    }
}

#[test]
fn a_vault_that_does_not_answer_is_given_up() {
    let flight = Flight { attempt: Attempt(1), until: ist("17 10:01") };
    let mut reading = Account::new(upstox());
    reading.load = Load::Pending(flight, 0);
    assert_eq!(plan(&reading, "17 10:00"), Some((What::LoadLost, ist("17 10:01"))));
    let mut writing = asked(overnight(), "17 10:00");
    writing.saved.pending = Some(flight);
    assert_eq!(plan(&writing, "17 10:00"), Some((What::SaveLost, ist("17 10:01"))));
}

#[test]
fn a_token_in_memory_is_looked_after_although_the_vault_cannot_be_read() {
    let mut account = asked(overnight(), "17 10:00");
    account.load = Load::Failed(9, ist("17 10:00"), TROUBLE);
    account.generation = Generation(1);
    let policy = Policy { check_every: minutes(1), ..Policy::default() };
    let plan = deed(&account, &policy, Presence::There, ist("17 10:00")).expect("a plan");
    assert_eq!((plan.what, plan.at), (What::Probe, ist("17 10:01")));
}

#[test]
fn every_threshold_is_looked_at_when_it_is_passed() {
    let account = asked(of_eight_hours(), "17 12:10");
    let look =
        |now: &str| next(&account, &Policy::default(), Presence::There, ist(now)).map(|plan| (plan.what, plan.at));
    assert_eq!(look("17 12:14"), Some((What::Look, ist("17 12:15"))), "orange");
    let mut account = unprobed(of_eight_hours());
    account.facts.campaign.manual = true;
    let look =
        |now: &str| next(&account, &Policy::default(), Presence::There, ist(now)).map(|plan| (plan.what, plan.at));
    assert_eq!(look("17 14:15"), Some((What::Look, ist("17 14:15") + chrono::Duration::milliseconds(1))), "red");
    assert_eq!(look("17 14:16"), Some((What::Look, ist("17 15:15"))), "ended");
    assert_eq!(look("17 15:15"), Some((What::Look, ist("18 00:00"))), "a new day, and its ladder");
}

#[test]
fn when_a_lead_begins() {
    let issued = ist("17 09:00");
    for (sentence, life, begins) in [
        ("one hour before the end of a day", hours(24), hours(23)),
        ("one hour before the end of two hours", hours(2), hours(1)),
        ("at two thirds of an hour and a half", minutes(90), minutes(60)),
        ("at two thirds of half an hour", minutes(30), minutes(20)),
        ("at two thirds of six seconds", seconds(6), seconds(4)),
    ] {
        assert_eq!(lead_begins(issued, issued + life, hours(1)) - issued, begins, "{sentence}");
    }
}

#[test]
fn pauses_never_shrink_and_the_row_fits_before_the_end() {
    for (life, attempts) in [(minutes(480), 3), (minutes(30), 3), (minutes(5), 3), (minutes(60), 5), (minutes(20), 1)] {
        let policy = Policy { attempts, ..Policy::default() };
        let mut account = of_eight_hours();
        let issued = ist("17 07:15");
        let grant: &mut Grant = account.grant.as_mut().expect("a token");
        grant.access_ends = Some(issued + life);
        let began = lead_begins(issued, issued + life, policy.lead);
        account.facts.campaign.began = Some(began);
        let pauses: Vec<_> = (1..20)
            .map(|failures| {
                account.facts.campaign.failures = failures;
                pause_after_failure(&account, &policy)
            })
            .collect();
        assert!(pauses.is_sorted(), "{pauses:?}");
        let row: chrono::Duration =
            pauses[..attempts as usize - 1].iter().fold(chrono::Duration::zero(), |sum, p| sum + *p);
        assert!(began + row < issued + life, "a life of {life}: {pauses:?}");
    }
}

#[test]
fn a_spent_refresh_token_is_not_planned_with() {
    let mut account = unprobed(renewing());
    account.setup.renewal = Renewal::RefreshToken(Rotation::OneTime);
    account.grant.as_mut().expect("a token").refresh_sent = true;
    assert_eq!(plan(&account, "17 09:05"), Some((What::AskPerson, ist("17 09:20"))));
}
