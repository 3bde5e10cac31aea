//! Tables: how healthy an account is, whether a new token would be of use, and what the gate lets out.

use chrono::Duration;
use daypass_domain::{Attempt, Generation, Grant, Moment, Policy, Problem, Remedy, Renewal, Rotation, Secret};
use daypass_manager::account::{Account, Flight, Load, Pause, Refusal};
use daypass_manager::health::held_until;
use daypass_manager::useful::{ends_by_cutoff, new_end, useful};
use daypass_manager::view::{Level, Standing};
use daypass_manager::work::{Task, Work};
use daypass_manager::{Code, Lasting, Until, hand_out, health};
use daypass_testkit::{hours, ist, minutes, oauth2, seconds, upstox};

pub(crate) const TROUBLE: Problem = Problem::new("X", "It failed.", "Try again.", Remedy::TryAgain);

/// A token with these times; proven, saved and read.
pub(crate) fn holding(mut account: Account, issued: &str, ends: Option<&str>) -> Account {
    account.grant = Some(Grant {
        access: Secret::new("token-of-a-table"),
        refresh: None,
        issued_at: ist(issued),
        granted_at: ist(issued),
        access_ends: ends.map(ist),
        refresh_ends: None,
        user: None,
        refresh_sent: false,
    });
    account.generation = Generation(1);
    account.saved.answered = Generation(1);
    account.facts.signed_out = false;
    account.proof.yes = true;
    account
}

/// At Upstox, from Tuesday 08:41 until Wednesday 03:30.
pub(crate) fn overnight() -> Account {
    holding(Account::new(upstox()), "17 08:41", Some("18 03:30"))
}

/// A token of eight hours, from Tuesday 07:15 until 15:15.
pub(crate) fn of_eight_hours() -> Account {
    holding(Account::new(upstox()), "17 07:15", Some("17 15:15"))
}

/// Half an hour at a time, from Tuesday 09:00, while a sign-in lasts that ends on Thursday at 09:00.
pub(crate) fn renewing() -> Account {
    let mut account = holding(Account::new(oauth2()), "17 09:00", Some("17 09:30"));
    if let Some(grant) = &mut account.grant {
        grant.refresh = Some(Secret::new("refresh-of-a-table"));
        grant.refresh_ends = Some(ist("19 09:00"));
    }
    account
}

fn refused(mut account: Account, at: &str) -> Account {
    account.facts.refused = Some(Refusal { at: ist(at), problem: TROUBLE });
    account
}

fn level(account: &Account, now: Moment) -> Level {
    health(account, &Policy::default(), now).level
}

#[test]
fn levels_to_the_second() {
    let day = of_eight_hours();
    let rows: &[(&str, &Account, &str, Level)] = &[
        ("green with three hours and a second left", &day, "17 12:14:59", Level::Green),
        ("orange from 12:15 when the token ends at 15:15", &day, "17 12:15", Level::Orange),
        ("still orange with one hour left", &day, "17 14:15", Level::Orange),
        ("red a second later", &day, "17 14:15:01", Level::Red),
        ("red in its last second", &day, "17 15:14:59", Level::Red),
        ("red when it has ended", &day, "17 15:15", Level::Red),
        ("red without a token", &Account::new(upstox()), "17 12:00", Level::Red),
        ("red when the broker refused it", &refused(of_eight_hours(), "17 10:00"), "17 10:01", Level::Red),
        ("green without a known end", &holding(Account::new(oauth2()), "17 09:00", None), "30 09:00", Level::Green),
        ("green while it renews by itself", &renewing(), "17 09:29:59", Level::Green),
        (
            "orange three hours before the sign-in behind it ends",
            &with_access(renewing(), "19 06:10"),
            "19 06:00",
            Level::Orange,
        ),
        (
            "red in the last hour of the sign-in behind it",
            &with_access(renewing(), "19 08:30"),
            "19 08:00:01",
            Level::Red,
        ),
    ];
    for (sentence, account, now, expected) in rows {
        assert_eq!(level(account, ist(now)), *expected, "{sentence}");
    }
}

fn with_access(mut account: Account, ends: &str) -> Account {
    if let Some(grant) = &mut account.grant {
        grant.access_ends = Some(ist(ends));
    }
    account
}

#[test]
fn a_millisecond_past_one_hour_is_red() {
    let account = of_eight_hours();
    assert_eq!(level(&account, ist("17 14:15") + Duration::milliseconds(1)), Level::Red);
}

#[test]
fn the_thresholds_are_settings() {
    let policy = Policy { green_above: hours(5), red_below: hours(4), ..Policy::default() };
    let mut account = of_eight_hours();
    let at = |account: &Account, general: &Policy, now| health(account, general, ist(now)).level;
    assert_eq!(at(&account, &policy, "17 10:15"), Level::Orange);
    assert_eq!(at(&account, &policy, "17 11:16"), Level::Red);
    account.setup.policy = Some(Policy::default());
    assert_eq!(at(&account, &policy, "17 11:16"), Level::Green, "an account's own numbers win");
}

#[test]
fn once_all_attempts_have_failed_the_access_tokens_own_end_counts() {
    let mut account = renewing();
    assert_eq!(held_until(&account, ist("17 09:25")), Some(ist("19 09:00")));
    account.facts.campaign.manual = true;
    assert_eq!(held_until(&account, ist("17 09:25")), Some(ist("17 09:30")));
    let mut spent = renewing();
    spent.setup.renewal = Renewal::RefreshToken(Rotation::OneTime);
    spent.grant.as_mut().expect("a token").refresh_sent = true;
    assert_eq!(held_until(&spent, ist("17 09:25")), Some(ist("17 09:30")), "a spent refresh token holds nothing");
}

#[test]
fn where_an_account_stands() {
    let now = "17 10:00";
    let mut paused = overnight();
    paused.facts.paused = Some(Pause { until: None });
    let mut unread = Account::new(upstox());
    unread.load = Load::Failed(1, ist(now), TROUBLE);
    let mut reading = Account::new(upstox());
    reading.load = Load::Pending(Flight { attempt: Attempt(1), until: ist("17 10:01") }, 0);
    let mut unproven = overnight();
    unproven.proof.yes = false;
    let work = |task| Some(Work { attempt: Attempt(1), since: ist(now), until: ist("17 10:01"), task });
    let mut leaving = overnight();
    leaving.work = work(Task::SignOut);
    let mut asking = overnight();
    asking.work = work(Task::Probe);
    let rows: &[(&str, &Account, &str, Standing)] = &[
        ("valid: held for long, and the broker said yes", &overnight(), now, Standing::Valid),
        ("not verified before the first answer", &unproven, now, Standing::NotVerified),
        ("ends soon below three hours", &of_eight_hours(), "17 13:00", Standing::EndsSoon),
        ("the last hour", &of_eight_hours(), "17 14:30", Standing::LastHour),
        ("expired", &of_eight_hours(), "17 16:00", Standing::Expired),
        ("ended early", &refused(overnight(), "17 09:59"), now, Standing::EndedEarly),
        ("ended early even after its end", &refused(overnight(), "17 09:59"), "18 04:00", Standing::EndedEarly),
        ("signed out without a token", &Account::new(upstox()), now, Standing::SignedOut),
        ("not verified while the vault cannot be read", &unread, now, Standing::NotVerified),
        ("not verified while the vault is read", &reading, now, Standing::NotVerified),
        ("working", &leaving, now, Standing::Working),
        ("asking the broker is no work that anybody sees", &asking, now, Standing::Valid),
        ("paused", &paused, now, Standing::Paused),
    ];
    for (sentence, account, now, expected) in rows {
        assert_eq!(health(account, &Policy::default(), ist(now)).standing, *expected, "{sentence}");
    }
}

#[test]
fn what_verified_means() {
    let verified = |yes: bool, misses: u32, probes: bool, now: &str| {
        let mut account = overnight();
        (account.proof.yes, account.proof.misses, account.setup.probes) = (yes, misses, probes);
        health(&account, &Policy::default(), ist(now)).verified
    };
    for (sentence, is, expected) in [
        ("the broker said yes", verified(true, 0, true, "17 10:00"), true),
        ("it has not been asked", verified(false, 0, true, "17 10:00"), false),
        ("one check without an answer is none", verified(true, 1, true, "17 10:00"), true),
        ("two in a row are", verified(true, 2, true, "17 10:00"), false),
        ("a broker that cannot be asked is believed", verified(false, 0, false, "17 10:00"), true),
        ("an ended token is never verified", verified(true, 0, true, "18 04:00"), false),
    ] {
        assert_eq!(is, expected, "{sentence}");
    }
}

#[test]
fn whether_a_new_token_would_outlive_the_held_one() {
    let mut practice = overnight();
    practice.setup.account.day = Some(minutes(10));
    let endless = holding(Account::new(oauth2()), "17 09:00", None);
    let rows: &[(&str, &Account, &str, bool, Option<&str>)] = &[
        ("at 02:30 a new token would also end at 03:30", &overnight(), "18 02:30", false, Some("18 03:30")),
        ("a second before the cut-off as well", &overnight(), "18 03:29:59", false, Some("18 03:30")),
        ("at the cut-off it lasts a day", &overnight(), "18 03:30", true, Some("19 03:30")),
        ("right after a sign-in it gives nothing", &overnight(), "17 08:42", false, Some("18 03:30")),
        (
            "a token with a life of its own gains with every minute",
            &of_eight_hours(),
            "17 14:15",
            true,
            Some("17 22:15"),
        ),
        ("but not at the moment of its issue", &of_eight_hours(), "17 07:15", false, Some("17 15:15")),
        ("a token without an end cannot be outlived", &endless, "17 12:00", false, None),
        ("without a token anything is of use", &Account::new(upstox()), "17 12:00", true, Some("18 03:30")),
        (
            "a refused token can be outlived at once",
            &refused(overnight(), "17 10:00"),
            "17 10:01",
            true,
            Some("18 03:30"),
        ),
    ];
    for (sentence, account, now, is_useful, end) in rows {
        assert_eq!(useful(account, ist(now)), *is_useful, "{sentence}");
        assert_eq!(new_end(account, ist(now)), end.map(ist), "{sentence}");
    }
}

#[test]
fn a_practice_day_has_the_same_trap_within_minutes() {
    let mut account = Account::new(upstox());
    account.setup.account.day = Some(minutes(10));
    // 10:00:00 UTC is a midnight of a ten-minute day; its 03:30 comes 87.5 seconds later.
    let midnight = ist("17 15:30");
    let cutoff = midnight + Duration::milliseconds(87_500);
    account = holding(account, "17 15:22", None);
    account.grant.as_mut().expect("a token").access_ends = Some(cutoff);
    assert!(ends_by_cutoff(&account));
    assert!(!useful(&account, cutoff - seconds(25)), "25 seconds before are its hour before");
    assert_eq!(new_end(&account, cutoff), Some(cutoff + minutes(10)));
    account.grant.as_mut().expect("a token").access_ends = Some(cutoff - Duration::milliseconds(500));
    assert!(ends_by_cutoff(&account), "a token's own end is in whole seconds");
    assert!(!useful(&account, cutoff - seconds(25)), "and half a second is no gain");
    account.grant.as_mut().expect("a token").access_ends = Some(cutoff - seconds(30));
    assert!(!ends_by_cutoff(&account), "a practice token with a life of its own is not the cut-off's");
    assert!(useful(&account, cutoff - seconds(35)));
}

#[test]
fn the_gate_lets_out_only_what_is_good() {
    let mut saving = overnight();
    saving.generation = Generation(2);
    let ask = |account: &Account, now: &str, min: Duration| {
        hand_out(account, ist(now), min).map(|out| (out.generation.0, out.env)).map_err(|refused| refused.code)
    };
    let good = Ok((1, "UPSTOX_ACCESS_TOKEN"));
    for (sentence, is, expected) in [
        ("a held token", ask(&overnight(), "17 10:00", minutes(0)), good),
        ("in its last second", ask(&overnight(), "18 03:29:59", minutes(0)), good),
        ("not when it has ended", ask(&overnight(), "18 03:30", minutes(0)), Err(Code::Ended)),
        ("not when it was refused", ask(&refused(overnight(), "17 09:00"), "17 10:00", minutes(0)), Err(Code::Ended)),
        ("not while it is being saved", ask(&saving, "17 10:00", minutes(0)), Err(Code::NoToken)),
        ("not without one", ask(&Account::new(upstox()), "17 10:00", minutes(0)), Err(Code::NoToken)),
        ("as long as asked for, to the second", ask(&overnight(), "18 01:30", hours(2)), good),
        ("not if that is too long", ask(&overnight(), "18 01:30:01", hours(2)), Err(Code::TooShort)),
    ] {
        assert_eq!(is, expected, "{sentence}");
    }
    let endless = holding(Account::new(upstox()), "17 09:00", None);
    assert_eq!(ask(&endless, "30 10:00", hours(1000)), good, "no known end is long enough for everybody");
}

#[test]
fn a_token_that_ends_too_early_is_refused_with_the_time_of_one_that_does_not() {
    let clock = |hour, minute| chrono::NaiveTime::from_hms_opt(hour, minute, 0).map(Until::Clock);
    let wanted = |span, until| Lasting { span, until };
    let none = minutes(0);
    let at = |text| Some(Until::At(ist(text)));
    for (sentence, account, now, lasting, advice) in [
        ("until this afternoon", overnight(), "17 10:00", wanted(none, clock(15, 30)), None),
        ("until tonight", overnight(), "17 10:00", wanted(none, clock(3, 29)), None),
        ("to the second", overnight(), "17 10:00", wanted(none, clock(3, 30)), None),
        ("past the cut-off", overnight(), "17 10:00", wanted(none, clock(3, 31)), Some("Sign in after 03:30 IST")),
        (
            "an afternoon that is over",
            overnight(),
            "17 16:00",
            wanted(none, clock(15, 30)),
            Some("Sign in after 03:30"),
        ),
        (
            "both must be met",
            overnight(),
            "17 10:00",
            wanted(hours(18), clock(15, 30)),
            Some("Sign in after 03:30 IST"),
        ),
        ("longer than any day", overnight(), "17 10:00", wanted(hours(24), None), Some("No token of Upstox lasts")),
        (
            "until another day",
            overnight(),
            "17 10:00",
            wanted(none, at("19 10:00")),
            Some("after 03:30 IST on Thursday"),
        ),
        ("a life of its own", of_eight_hours(), "17 15:00", wanted(hours(2), None), Some("Sign in now")),
        ("longer than that life", of_eight_hours(), "17 15:00", wanted(hours(9), None), Some("Ask for less")),
        ("one that renews by itself", renewing(), "17 09:10", wanted(hours(1), None), Some("Wait for the next one")),
    ] {
        let answer = hand_out(&account, ist(now), lasting);
        match (answer, advice) {
            (Ok(_), None) => {}
            (Err(refused), Some(advice)) => {
                assert_eq!(refused.code, Code::TooShort, "{sentence}");
                assert!(refused.problem.todo.contains(advice), "{sentence}: {}", refused.problem);
            }
            (answer, _) => panic!("{sentence}: {answer:?}"),
        }
    }
}
