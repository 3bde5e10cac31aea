//! Laws over weeks and years: calendars of two regions, lids that are shut, outages, and people who answer or do not.
//!
//! A year is a list of days, each with its own person, sleep and weather; the same world as everywhere else lives them
//! one after the other. What this is not: a test of rare events within minutes; `laws` has those.

mod days;
mod laws;

use crate::days_calendar::in_new_york;
use chrono::{Days, NaiveDate};
use chrono_tz::{America::New_York, Asia::Kolkata};
use daypass_domain::account::EXCHANGES;
use daypass_domain::calendar::{Holiday, INDIA, Published, Region, Session, UNITED_STATES};
use daypass_domain::{AccountId, Calendar, Moment, QuietHours, Rotation};
use daypass_manager::account::Setup;
use daypass_manager::clock::DayClock;
use daypass_testkit::{Life, Renewing, SimBroker, World, hours, minutes, oauth2_with, upstox};
use days::{Day, Nap, Outage, Person, Sleep};
use proptest::prelude::*;
use std::sync::Arc;

/// Whose year it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Upstox: every token ends at 03:30.
    India,
    /// Commodities in India, with sessions until the night.
    Commodities,
    /// New York, every token ends at midnight.
    NewYork,
    /// New York, renewed silently for a week after each sign-in.
    Renewing,
}

impl Who {
    fn region(self) -> &'static Region {
        if matches!(self, Who::India | Who::Commodities) { &INDIA } else { &UNITED_STATES }
    }

    fn world(self, start: Moment, calendar: &Arc<Calendar>) -> World {
        let week = Renewing { grant: Some(hours(7 * 24)), ..Renewing::default() };
        let (setup, broker) = match self {
            Who::India | Who::Commodities => {
                let mut setup = upstox();
                if self == Who::Commodities {
                    setup.account.options.insert(EXCHANGES.to_owned(), "MCX".to_owned());
                }
                let cutoff = setup.profile.cutoff.expect("Upstox has a cut-off");
                (setup, SimBroker::new(Life::Cutoff(cutoff)))
            }
            Who::NewYork => {
                let (setup, cutoff) = in_new_york();
                (setup, SimBroker::new(Life::Cutoff(cutoff)))
            }
            Who::Renewing => (oauth2_with(Rotation::IfPresent), SimBroker::renewing(Life::Own(minutes(30)), week)),
        };
        let mut world = World::new(start, broker, vec![Setup { calendar: Some(calendar.clone()), ..setup }]);
        world.calendar = Some(calendar.clone());
        world
    }
}

/// A stretch of days.
#[derive(Clone, Debug)]
struct Year {
    who: Who,
    first: NaiveDate,
    days: Vec<Day>,
    quiet: Option<QuietHours>,
    /// Days from the first that are closed although they would not be.
    closed: Vec<u64>,
    /// The same for days that open although they would not.
    special: Vec<u64>,
}

impl Year {
    fn clock(&self) -> DayClock {
        DayClock { zone: if self.who.region().zone == Kolkata { Kolkata } else { New_York }, day: None }
    }

    fn date(&self, day: u64) -> NaiveDate {
        self.first + Days::new(day)
    }

    /// The region's calendar with the odd days laid over it.
    fn calendar(&self) -> Calendar {
        let calendar = self.who.region().calendar();
        let names: Vec<String> = self.who.region().names().map(ToOwned::to_owned).collect();
        let session = |date: NaiveDate, exchange: &String| {
            let at = |hour: i64| days::moment(self.clock(), date, hour * 60);
            Session { opens: at(10), closes: at(12), exchange: exchange.clone() }
        };
        let closed = self.closed.iter().map(|day| Holiday {
            date: self.date(*day),
            why: Some("Election".to_owned()),
            closed: names.clone(),
            open: Vec::new(),
        });
        let special = self.special.iter().map(|day| Holiday {
            date: self.date(*day),
            why: Some("Special session".to_owned()),
            closed: Vec::new(),
            open: names.iter().map(|exchange| session(self.date(*day), exchange)).collect(),
        });
        let published = Published { holidays: closed.chain(special).collect(), ..Published::default() };
        calendar.with(&published, days::moment(self.clock(), self.first, 0))
    }

    /// Lives it, and checks every law.
    fn live(&self) {
        let calendar = Arc::new(self.calendar());
        let start = days::moment(self.clock(), self.first, 0);
        let mut world = self.who.world(start, &calendar);
        world.policy.quiet = self.quiet;
        let offset = chrono::Offset::fix(&start.with_timezone(&self.clock().zone).offset().to_owned());
        world.event(daypass_manager::Event::LocalOffset(offset));
        world.presence(daypass_manager::event::Presence::Away);
        let id: AccountId = world.state.order()[0].clone();
        world.sign_in(&id);
        let since = start + minutes(1);
        for (day, plan) in self.days.iter().enumerate() {
            let date = self.date(day as u64);
            let deadline = laws::deadline(&world, &id, days::moment(self.clock(), date, 12 * 60));
            let must_be_ready = deadline.filter(|_| plan.can_be_ready() && quiet_ends_in_time(self.quiet));
            days::live(&mut world, plan, (self.clock(), date), must_be_ready);
        }
        laws::check(&world, &id, since, offset);
    }
}

/// Whoever wants quiet until after the reminder gets the first word at the ready-by time: that is their choice.
fn quiet_ends_in_time(quiet: Option<QuietHours>) -> bool {
    quiet.is_none_or(|quiet| quiet.to <= days::time(8 * 60))
}

fn day() -> impl Strategy<Value = Day> {
    let person = prop_oneof![
        4 => (0..240i64, 0..50i64).prop_map(|(signs_in, clicks)| Person::Answers { signs_in, clicks }),
        1 => Just(Person::Away),
        1 => Just(Person::Ignores),
    ];
    let sleep = prop_oneof![
        3 => Just(Sleep::Awake),
        2 => (0..480i64).prop_map(Sleep::Until),
        1 => (480..720i64).prop_map(Sleep::Until),
    ];
    let nap = proptest::option::weighted(0.3, (600..1300i64, 1..120i64));
    let outage = proptest::option::weighted(0.3, (0..1380i64, 1..400i64, any::<bool>()));
    (person, sleep, nap, outage).prop_map(|(person, sleep, nap, outage)| Day {
        person,
        sleep,
        nap: nap.map(|(from, minutes)| Nap { from, minutes }),
        outage: outage.map(|(from, minutes, silent)| Outage { from, minutes, silent }),
    })
}

fn quiet() -> impl Strategy<Value = Option<QuietHours>> {
    let span = |from: i64, to: i64| Some(QuietHours { from: days::time(from * 60), to: days::time(to * 60) });
    prop_oneof![2 => Just(None), 2 => Just(span(22, 7)), 1 => Just(span(22, 9)), 1 => Just(span(8, 20))]
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![Just(Who::India), Just(Who::Commodities), Just(Who::NewYork), Just(Who::Renewing)]
}

fn years() -> impl Strategy<Value = Year> {
    let odd = || proptest::collection::vec(0..35u64, 0..4);
    let days = proptest::collection::vec(day(), 14..35);
    (who(), 0..330u64, days, quiet(), odd(), odd()).prop_map(|(who, first, days, quiet, closed, special)| Year {
        who,
        first: NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date") + Days::new(first),
        days,
        quiet,
        closed,
        special,
    })
}

proptest! {
    // Each case is some weeks long; `PROPTEST_CASES` does not reach it, because a year of them is a coffee break.
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn weeks_of_any_kind_keep_the_laws(year in years()) {
        year.live();
    }
}

/// The whole of 2026, with one day of each kind after the other: primes keep the kinds from meeting the same weekdays.
fn whole(who: Who) -> Year {
    let day = |number: i64| Day {
        person: match number % 7 {
            3 => Person::Away,
            5 if number % 2 == 0 => Person::Ignores,
            _ => Person::Answers { signs_in: number * 37 % 240, clicks: number * 11 % 50 },
        },
        sleep: if number % 3 == 0 { Sleep::Until(number * 97 % 530) } else { Sleep::Awake },
        nap: (number % 11 == 0).then_some(Nap { from: 600 + number, minutes: 45 }),
        outage: (number % 13 == 0).then_some(Outage {
            from: number * 71 % 1200,
            minutes: 180,
            silent: number % 2 == 0,
        }),
    };
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date");
    let quiet = Some(QuietHours { from: days::time(22 * 60), to: days::time(7 * 60) });
    Year { who, first, days: (0..366).map(day).collect(), quiet, closed: vec![100, 201], special: vec![44, 310] }
}

#[test]
fn a_whole_year_in_india() {
    whole(Who::India).live();
}

#[test]
fn a_whole_year_in_new_york() {
    whole(Who::NewYork).live();
}

/// What the laws' own weeks found once: the last hours of a grant, an outage in them, and nobody there.
#[test]
fn an_outage_in_the_last_hours_of_a_grant() {
    let plain =
        Day { person: Person::Answers { signs_in: 0, clicks: 0 }, sleep: Sleep::Awake, nap: None, outage: None };
    let mut days = vec![plain; 23];
    days[15].sleep = Sleep::Until(682);
    days[22].person = Person::Away;
    days[22].outage = Some(Outage { from: 500, minutes: 17, silent: false });
    let first = NaiveDate::from_ymd_opt(2026, 4, 12).expect("a date");
    Year { who: Who::Renewing, first, days, quiet: None, closed: Vec::new(), special: Vec::new() }.live();
}
