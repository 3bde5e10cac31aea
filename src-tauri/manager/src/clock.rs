//! The exchange's day: midnight to midnight in its zone, or a practice day of some minutes.

use chrono::{Duration, NaiveTime, Timelike};
use chrono_tz::Tz;
use daypass_domain::{Moment, moment_of};

/// How moments become times of an exchange day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayClock {
    /// The exchange's zone.
    pub zone: Tz,
    /// The length of a day that is not a real one.
    pub day: Option<Duration>,
}

impl DayClock {
    /// The midnight that began the day of this moment.
    pub fn midnight(&self, moment: Moment) -> Moment {
        match self.short() {
            Some(day) => moment - Duration::milliseconds(moment.timestamp_millis().rem_euclid(day)),
            None => self.real(moment, 0, NaiveTime::MIN),
        }
    }

    /// The midnight that ends the day of this moment.
    pub fn next_midnight(&self, moment: Moment) -> Moment {
        match self.short() {
            Some(day) => self.midnight(moment) + Duration::milliseconds(day),
            None => self.real(moment, 1, NaiveTime::MIN),
        }
    }

    /// A time of day, on the day of this moment.
    pub fn at(&self, moment: Moment, time: NaiveTime) -> Moment {
        match self.short() {
            Some(day) => {
                let into = i64::from(time.num_seconds_from_midnight()) * day / 86_400;
                self.midnight(moment) + Duration::milliseconds(into)
            }
            None => self.real(moment, 0, time),
        }
    }

    /// A span of a real day, as long as it is on this one.
    pub fn span(&self, real: Duration) -> Duration {
        match self.short() {
            Some(day) => Duration::milliseconds(real.num_milliseconds() * day / 86_400_000),
            None => real,
        }
    }

    fn short(&self) -> Option<i64> {
        self.day.map(|day| day.num_milliseconds().max(1))
    }

    fn real(&self, moment: Moment, days_on: i64, time: NaiveTime) -> Moment {
        let date = moment.with_timezone(&self.zone).date_naive() + Duration::days(days_on);
        let wall = date.and_time(time);
        moment_of(&self.zone, wall).unwrap_or(moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{America::New_York, Asia::Kolkata};

    fn at(text: &str) -> Moment {
        text.parse().expect("a test's moment")
    }

    #[test]
    fn a_real_day_is_the_exchanges_own() {
        let india = DayClock { zone: Kolkata, day: None };
        let now = at("2026-11-18T22:00:00Z");
        assert_eq!(
            india.midnight(now),
            at("2026-11-19T00:00:00+05:30"),
            "late evening in London is tomorrow in Mumbai"
        );
        assert_eq!(india.next_midnight(now), at("2026-11-20T00:00:00+05:30"));
        let open = NaiveTime::from_hms_opt(9, 15, 0).expect("a time");
        assert_eq!(india.at(now, open), at("2026-11-19T09:15:00+05:30"));
        let us = DayClock { zone: New_York, day: None };
        let sunday = at("2026-11-01T12:00:00-05:00");
        assert_eq!(us.next_midnight(sunday) - us.midnight(sunday), Duration::hours(25), "the clocks go back");
    }

    #[test]
    fn a_practice_day_keeps_the_proportions() {
        let clock = DayClock { zone: Kolkata, day: Some(Duration::minutes(10)) };
        let now = at("2026-11-18T10:03:00Z");
        assert_eq!(clock.midnight(now), at("2026-11-18T10:00:00Z"));
        let noon = NaiveTime::from_hms_opt(12, 0, 0).expect("a time");
        assert_eq!(clock.at(now, noon), at("2026-11-18T10:05:00Z"));
        assert_eq!(clock.span(Duration::hours(24)), Duration::minutes(10));
    }
}
