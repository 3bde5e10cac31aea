//! One day of a year: who is there, when the computer sleeps, and when the broker is silent.

use chrono::{NaiveDate, NaiveTime};
use daypass_domain::Moment;
use daypass_manager::clock::DayClock;
use daypass_manager::event::Presence;
use daypass_manager::view::Ready;
use daypass_testkit::{Person as Hands, Weather, World, minutes, seconds};

/// What the person of this day does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Person {
    /// Clicks and signs in after so many seconds, five minutes at most together.
    Answers { signs_in: i64, clicks: i64 },
    /// Is not there at all.
    Away,
    /// Is there, and does nothing.
    Ignores,
}

/// When the computer sleeps in the night before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sleep {
    /// Not at all.
    Awake,
    /// From midnight until so many minutes into the day.
    Until(i64),
}

/// A lid that is shut in the day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nap {
    pub(super) from: i64,
    pub(super) minutes: i64,
}

/// Minutes into the day, and how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outage {
    pub(super) from: i64,
    pub(super) minutes: i64,
    pub(super) silent: bool,
}

/// All of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) person: Person,
    pub(super) sleep: Sleep,
    pub(super) nap: Option<Nap>,
    pub(super) outage: Option<Outage>,
}

/// When the person comes, in minutes into the day, and when they go.
const COMES: i64 = 8 * 60;
const GOES: i64 = 22 * 60;
/// Before then no nap begins, and by then every session here has its ready-by time behind it.
const NAPS_FROM: i64 = 10 * 60;

impl Day {
    /// Somebody answers, the computer is awake from 08:00 on, and the broker is up until the latest ready-by time of a
    /// morning session. A session of the evening is not promised here: the person may have gone to sleep with the lid.
    pub(super) fn can_be_ready(&self) -> bool {
        let answers = matches!(self.person, Person::Answers { .. });
        let awake = match self.sleep {
            Sleep::Awake => true,
            Sleep::Until(minute) => minute <= COMES,
        };
        let up = self.outage.is_none_or(|outage| outage.from + outage.minutes <= COMES || outage.from >= NAPS_FROM);
        answers && awake && up
    }
}

pub(super) fn time(minute: i64) -> NaiveTime {
    NaiveTime::MIN + minutes(minute.rem_euclid(24 * 60))
}

/// So many minutes into a date, on its own clock.
pub(super) fn moment(clock: DayClock, date: NaiveDate, minute: i64) -> Moment {
    let noon = date.and_hms_opt(12, 0, 0).expect("noon").and_local_timezone(clock.zone).single().expect("one noon");
    clock.at(noon.to_utc(), time(minute))
}

fn hands(person: Person) -> Hands {
    match person {
        Person::Answers { signs_in, clicks } => {
            Hands { signs_in: Some(seconds(signs_in)), clicks: Some(seconds(clicks)), denies: false }
        }
        Person::Away | Person::Ignores => Hands::NOBODY,
    }
}

/// Lives a day from midnight to midnight; at its deadline, if it has one, the account must be ready.
pub(super) fn live(world: &mut World, day: &Day, (clock, date): (DayClock, NaiveDate), deadline: Option<Moment>) {
    let at = |minute| moment(clock, date, minute);
    if let Some(Outage { from, minutes: long, silent }) = day.outage {
        let weather = if silent { Weather::Silent } else { Weather::Unreachable };
        world.broker.weather = vec![(at(from), at(from) + minutes(long), weather)];
    }
    world.person = hands(day.person);
    if let Sleep::Until(minute) = day.sleep {
        world.sleep_until(at(minute).max(world.now));
    }
    run(world, at(COMES));
    if day.person != Person::Away {
        world.presence(Presence::There);
    }
    if let Some(deadline) = deadline.filter(|deadline| *deadline <= at(NAPS_FROM)) {
        run(world, deadline);
        let view = &world.snapshot().accounts[0];
        let readiness = view.readiness.as_ref().expect("a session");
        assert_eq!(readiness.state, Ready::Ready, "by {deadline} on {date}: {:?}", readiness.why);
    }
    if let Some(Nap { from, minutes: long }) = day.nap {
        run(world, at(from));
        world.sleep_until((at(from) + minutes(long)).max(world.now));
    }
    run(world, at(GOES));
    world.presence(Presence::Away);
    run(world, clock.next_midnight(at(GOES)));
}

fn run(world: &mut World, until: Moment) {
    world.run_until(until.max(world.now));
}
