//! Table: the market's ladder.

use crate::tables::{of_eight_hours, overnight, renewing};
use daypass_domain::Policy;
use daypass_domain::account::EXCHANGES;
use daypass_manager::account::{Account, Cause, Ladder, Pause, Refusal};
use daypass_manager::event::Presence;
use daypass_manager::ladder::{climbs, next_rung, pass, rungs};
use daypass_manager::market::day_of;
use daypass_testkit::{ist, minutes, seconds, upstox};

fn told(mut account: Account, day: &str, causes: &[Cause]) -> Account {
    account.facts.ladder = Ladder { day: Some(ist(day)), told: causes.to_vec(), snoozed_until: None };
    account
}

fn snoozed(mut account: Account, until: &str) -> Account {
    account.facts.ladder.snoozed_until = Some(ist(until));
    account
}

fn friday() -> Account {
    let mut account = overnight();
    let grant = account.grant.as_mut().expect("a token");
    (grant.issued_at, grant.access_ends) = (ist("20 08:41"), Some(ist("21 03:30")));
    account
}

#[test]
fn the_next_rung() {
    use Cause::{Five, Hint, Quarter, ReadyBy, Reminder};
    let there = Presence::There;
    let hinted = told(overnight(), "18 00:00", &[Hint]);
    let reminded = told(overnight(), "18 00:00", &[Hint, Reminder]);
    let all = told(overnight(), "18 00:00", &[Hint, Reminder, ReadyBy, Quarter, Five]);
    let snooze = snoozed(told(overnight(), "18 00:00", &[Hint, Reminder]), "18 08:56");
    type Row<'a> = (&'a str, &'a Account, Presence, &'a str, Option<(Cause, &'a str)>);
    let rows: &[Row<'_>] = &[
        ("nothing while the token is valid", &overnight(), there, "18 03:29:59", None),
        ("the hint at 08:00 after the night", &overnight(), there, "18 03:30", Some((Hint, "18 08:00"))),
        ("the hint is due until it is told", &overnight(), there, "18 08:12", Some((Hint, "18 08:00"))),
        ("but not to an empty chair", &overnight(), Presence::Away, "18 08:12", Some((Reminder, "18 08:30"))),
        ("it is told where nobody knows", &overnight(), Presence::Unknown, "18 08:12", Some((Hint, "18 08:00"))),
        ("then the reminder", &hinted, there, "18 08:12", Some((Reminder, "18 08:30"))),
        (
            "the reminder goes to an empty chair too",
            &overnight(),
            Presence::Away,
            "18 08:30",
            Some((Reminder, "18 08:30")),
        ),
        ("ready by half an hour before the open", &reminded, there, "18 08:31", Some((ReadyBy, "18 08:45"))),
        ("after a sleep only the newest one", &overnight(), there, "18 09:05", Some((Quarter, "18 09:00"))),
        ("all told: tomorrow", &all, there, "18 09:11", Some((Hint, "19 08:00"))),
        ("never told, and the market is open: the last one", &overnight(), there, "18 11:00", Some((Five, "18 09:10"))),
        ("after the last close: tomorrow", &overnight(), there, "18 15:40", Some((Hint, "19 08:00"))),
        ("what was told yesterday counts for yesterday", &all, there, "19 08:05", Some((Hint, "19 08:00"))),
        ("a Saturday waits for Monday", &friday(), there, "21 09:05", Some((Hint, "23 08:00"))),
        ("a snooze holds the newest rung back", &snooze, there, "18 08:50", Some((ReadyBy, "18 08:56"))),
        ("a snooze that is over is over", &snooze, there, "18 08:57", Some((ReadyBy, "18 08:45"))),
    ];
    for (sentence, account, presence, now, expected) in rows {
        let rung = next_rung(account, &Policy::default(), *presence, ist(now)).map(|rung| (rung.cause, rung.at));
        assert_eq!(rung, expected.map(|(cause, at)| (cause, ist(at))), "{sentence}");
    }
}

#[test]
fn the_reminder_leaves_time_before_the_ready_by_time() {
    let mut setup = upstox();
    for (exchanges, expected) in [
        ("NSE", ["18 08:00", "18 08:30", "18 08:45", "18 09:00", "18 09:10"]),
        ("MCX", ["18 08:00", "18 08:15", "18 08:30", "18 08:45", "18 08:55"]),
    ] {
        setup.account.options.insert(EXCHANGES.to_owned(), exchanges.to_owned());
        let account = Account::new(setup.clone());
        let day = day_of(&account, ist("18 12:00")).expect("a Wednesday trades");
        let at = rungs(&account, &Policy::default(), &day).map(|rung| rung.at);
        assert_eq!(at, expected.map(ist), "{exchanges}");
    }
}

#[test]
fn whose_ladder_it_is() {
    let now = ist("18 08:00");
    let mut signed_out = overnight();
    signed_out.facts.signed_out = true;
    let mut paused = overnight();
    paused.facts.paused = Some(Pause { until: None });
    let mut missing = overnight();
    missing.setup.missing = Some(crate::tables::TROUBLE);
    let mut lost_today = of_eight_hours();
    lost_today.grant.as_mut().expect("a token").access_ends = Some(ist("18 02:00"));
    let mut blocked = overnight();
    blocked.facts.campaign.blocked = true;
    for (sentence, account, expected) in [
        ("a token that the cut-off ended", overnight(), true),
        ("a token with a life of its own that was lost on an earlier day", of_eight_hours(), true),
        ("not on the day itself: that is the attempts'", lost_today, false),
        ("nor one that renews by itself", renewing(), false),
        ("nobody who never signed in", Account::new(upstox()), false),
        ("nobody who signed out", signed_out, false),
        ("not in a pause", paused, false),
        ("not without its settings", missing, false),
        ("one whose setting is wrong: it is wrong this morning as well", blocked, true),
    ] {
        assert_eq!(climbs(&account, now), expected, "{sentence}");
    }
}

#[test]
fn a_refusal_in_the_middle_of_the_day_takes_the_passed_rungs_with_it() {
    let mut account = overnight();
    account.facts.refused = Some(Refusal { at: ist("17 08:50"), problem: crate::tables::TROUBLE });
    pass(&mut account, &Policy::default(), ist("17 08:50"));
    let rung = next_rung(&account, &Policy::default(), Presence::There, ist("17 08:50")).expect("a rung");
    assert_eq!((rung.cause, rung.at), (Cause::Quarter, ist("17 09:00")));
}

#[test]
fn a_practice_day_has_the_same_ladder_within_seconds() {
    let mut account = overnight();
    account.setup.account.day = Some(minutes(10));
    // 10:00:00 UTC is a midnight of a ten-minute day.
    let midnight = ist("17 15:30");
    let rungs =
        rungs(&account, &Policy::default(), &day_of(&account, midnight + seconds(1)).expect("a practice day trades"));
    let into: Vec<_> = rungs.iter().map(|rung| (rung.at - midnight).num_milliseconds()).collect();
    assert_eq!(into, [200_000, 212_500, 218_750, 225_000, 229_167], "08:00, 08:30, 08:45, 09:00 and 09:10");
}
