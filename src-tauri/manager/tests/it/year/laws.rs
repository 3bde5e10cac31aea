//! What must be true of every year, read from its record.

use chrono::FixedOffset;
use daypass_domain::{AccountId, Moment};
use daypass_manager::account::Account;
use daypass_manager::clock::DayClock;
use daypass_manager::market;
use daypass_testkit::{Entry, Request, World, minutes};
use std::collections::BTreeMap;

/// One check each half hour.
const CHECKS: usize = 48;
/// While the broker is silent the pauses are 20 minutes instead of 30, and the first two of each row are shorter.
const SILENCE: usize = 24 + 4;
/// The calendar once a day; while it cannot be had after 10, 20, 40 and 80 minutes, then each two hours.
const CALENDAR: usize = 1 + 4 + 10;
/// A code, three proofs, the check after them; a second sign-in because the first one came to nothing.
const SIGN_INS: usize = 2 * 5;
/// A check after each waking: the night's and a nap.
const WAKINGS: usize = 2;
/// What one day may cost the broker.
const REQUESTS_PER_DAY: usize = CHECKS + SILENCE + CALENDAR + SIGN_INS + WAKINGS;
/// A token of half an hour is renewed after 20 minutes, and the broker is asked about each new one.
const RENEWALS_PER_DAY: usize = 2 * 72;

/// How long after a prompt a tab is the person's own click.
const CLICK: i64 = 1;

/// When the account must be ready on the date of this moment, if it is a trading day.
pub(super) fn deadline(world: &World, id: &AccountId, moment: Moment) -> Option<Moment> {
    let account = world.account(id);
    let day = market::day_of(account, moment)?;
    Some(market::ready_by(account, &day, world.policy.ready_before))
}

/// All laws over the whole record.
pub(super) fn check(world: &World, id: &AccountId, since: Moment, local: FixedOffset) {
    let account = world.account(id);
    let clock = market::day_clock(account);
    one_tab_per_sign_in(world);
    nothing_is_told_twice(world, clock);
    for (at, what) in prompts(world, since) {
        let day = market::day_of(account, at);
        assert!(day.is_some(), "{what} on a closed day, at {at}");
        let quiet = world.policy.quiet.is_some_and(|quiet| quiet.contains(at.with_timezone(&local).time()));
        let matters = day
            .is_some_and(|day| (market::ready_by(account, &day, world.policy.ready_before)..day.closes).contains(&at));
        assert!(!quiet || matters, "{what} in quiet hours and before the ready-by time, at {at}");
    }
    few_requests(world, account, clock);
}

fn one_tab_per_sign_in(world: &World) {
    let mut tabs = 0;
    for (at, _, entry) in &world.record.entries {
        match entry {
            Entry::Listening => tabs = 0,
            Entry::Tab => tabs += 1,
            _ => {}
        }
        assert!(tabs <= 1, "a second tab for one sign-in, at {at}");
    }
}

/// Everything that wants something of a person: notifications, and tabs that nobody clicked for. What is done, and
/// what the evening's look has found, wants no sign-in.
fn prompts(world: &World, since: Moment) -> Vec<(Moment, String)> {
    let mut asked = None;
    let mut prompts = Vec::new();
    for (at, _, entry) in world.record.entries.iter().filter(|(at, ..)| *at >= since) {
        match entry {
            Entry::Shown(notice) if ["done", "evening"].contains(&notice.kind.as_str()) => {}
            Entry::Shown(notice) => {
                asked = Some(*at);
                prompts.push((*at, notice.kind.clone()));
            }
            Entry::Tab if asked.is_some_and(|asked| *at - asked <= minutes(CLICK)) => {}
            Entry::Tab => prompts.push((*at, "a tab".to_owned())),
            _ => {}
        }
    }
    prompts
}

fn nothing_is_told_twice(world: &World, clock: DayClock) {
    let mut told: BTreeMap<(String, Option<Moment>), u32> = BTreeMap::new();
    for (at, _, entry) in &world.record.entries {
        match entry {
            Entry::Delivered(_) => told.retain(|(_, day), _| day.is_some()),
            Entry::Shown(notice) => {
                let rung = ["hint", "reminder", "ready_by", "quarter", "five"].contains(&notice.kind.as_str());
                let day = rung.then(|| clock.midnight(*at));
                let times = told.entry((notice.kind.clone(), day)).or_default();
                *times += 1;
                // One for each attempt; the first has a cause of its own, unless that was passed in quiet hours.
                let most = if notice.kind == "again" { world.policy.attempts } else { 1 };
                assert!(*times <= most, "{} was told {times} times, the last time at {at}", notice.kind);
                if notice.kind == "manual" {
                    // It has taken the place of what was told before. If the row of failures is mended after all, that
                    // is told again.
                    told.retain(|(kind, _), _| !["orange", "red"].contains(&kind.as_str()));
                }
            }
            _ => {}
        }
    }
}

fn few_requests(world: &World, account: &Account, clock: DayClock) {
    let renews = account.setup.renewal != daypass_domain::Renewal::None;
    let most = REQUESTS_PER_DAY + if renews { RENEWALS_PER_DAY } else { 0 };
    let mut days: BTreeMap<Moment, usize> = BTreeMap::new();
    for (at, _, _) in &world.broker.requests {
        *days.entry(clock.midnight(*at)).or_default() += 1;
    }
    for (day, requests) in days {
        assert!(requests <= most, "{requests} requests on {day}, more than {most}");
    }
    assert_eq!(world.broker.resent, 0, "a spent code was sent again");
    assert!(world.broker.count(Request::Revoke, Moment::default()) == 0, "nobody signed out");
}
