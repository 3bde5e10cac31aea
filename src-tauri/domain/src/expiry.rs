//! When a token ends: the earliest of everything the broker says or is known to do.
//!
//! The trap that this file exists for: a daily cut-off ends a token at a fixed time *whatever its issue time*, so a
//! token issued at 02:29 is dead at 03:30 the same morning.

use crate::{Moment, jwt, wall};
use chrono::{DateTime, Duration, NaiveTime, Timelike};
use chrono_tz::Tz;

/// A fixed time of day at which the broker ends every token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyCutoff {
    /// Time of day on the broker's clock.
    pub at: NaiveTime,
    /// The broker's zone.
    pub zone: Tz,
    /// Length of the broker's day where it is not a real one: a practice broker's day takes minutes. Such days are
    /// counted from 1970 and know no zone.
    pub day: Option<Duration>,
}

impl DailyCutoff {
    /// `hour:minute` in that zone.
    ///
    /// # Panics
    /// If it is no time of day: cut-offs are constants in the source of a broker.
    pub const fn new(hour: u32, minute: u32, zone: Tz) -> Self {
        match NaiveTime::from_hms_opt(hour, minute, 0) {
            Some(at) => Self { at, zone, day: None },
            None => panic!("not a time of day"),
        }
    }

    /// The same cut-off on a day of another length: 03:30 of a ten-minute day comes 87.5 seconds after its midnight.
    #[must_use]
    pub fn on_day_of(self, day: Duration) -> Self {
        Self { day: Some(day), ..self }
    }

    /// The first cut-off strictly after the moment: a token issued exactly at the cut-off lives a whole day.
    pub fn after(&self, moment: Moment) -> Moment {
        if let Some(day) = self.day {
            return self.after_on_short_day(moment, day.num_milliseconds().max(1));
        }
        let mut day = moment.with_timezone(&self.zone).date_naive();
        loop {
            if let Some(end) = wall::moment(&self.zone, day.and_time(self.at))
                && end > moment
            {
                return end;
            }
            day += Duration::days(1);
        }
    }

    fn after_on_short_day(&self, moment: Moment, day: i64) -> Moment {
        let into_day = i64::from(self.at.num_seconds_from_midnight()) * day / 86_400;
        let now = moment.timestamp_millis();
        let today = now.div_euclid(day) * day + into_day;
        let end = if today > now { today } else { today + day };
        DateTime::from_timestamp_millis(end).unwrap_or(moment)
    }
}

/// One rule about the end; a broker lists those that hold for its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// What the reply says: seconds from issue (`expires_in`).
    SecondsFromIssue,
    /// The token's own `exp` claim.
    JwtExp,
    /// A fixed time each day.
    Daily(DailyCutoff),
    /// A fixed span from the sign-in (not from each renewal).
    FromGrant(Duration),
    /// Only if no other rule said anything: a fixed time each day.
    DailyIfSilent(DailyCutoff),
}

/// What is known when a token is issued.
#[derive(Clone, Copy, Debug)]
pub struct Issue<'a> {
    /// When we asked for it.
    pub at: Moment,
    /// When a person last signed in; equal to `at` unless this is a renewal.
    pub granted_at: Moment,
    /// The token's text, for its `exp`.
    pub token: &'a str,
    /// `expires_in` of the reply, if there was one. Zero or less says nothing (seen in the wild).
    pub expires_in: Option<i64>,
}

/// The earliest end that any rule gives; `None` if the broker gives no end at all.
pub fn ends_at(rules: &[Rule], issue: &Issue<'_>) -> Option<Moment> {
    let said = rules.iter().filter_map(|rule| rule.end(issue)).min();
    said.or_else(|| {
        rules.iter().find_map(|rule| match rule {
            Rule::DailyIfSilent(cutoff) => Some(cutoff.after(issue.at)),
            _ => None,
        })
    })
}

impl Rule {
    fn end(&self, issue: &Issue<'_>) -> Option<Moment> {
        match self {
            Rule::SecondsFromIssue => {
                let seconds = issue.expires_in.filter(|s| *s > 0)?;
                issue.at.checked_add_signed(Duration::try_seconds(seconds)?)
            }
            Rule::JwtExp => jwt::exp(issue.token),
            Rule::Daily(cutoff) => Some(cutoff.after(issue.at)),
            Rule::FromGrant(span) => issue.granted_at.checked_add_signed(*span),
            Rule::DailyIfSilent(_) => None,
        }
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
    fn the_cut_off_is_the_next_one_strictly_after() {
        let upstox = DailyCutoff::new(3, 30, Kolkata);
        for (sentence, from, end) in [
            ("an evening token ends the next morning", "2026-11-17T20:00:00+05:30", "2026-11-18T03:30:00+05:30"),
            ("a token of 02:30 ends an hour later", "2026-11-18T02:30:00+05:30", "2026-11-18T03:30:00+05:30"),
            ("one second before still ends at the cut-off", "2026-11-18T03:29:59+05:30", "2026-11-18T03:30:00+05:30"),
            ("exactly at the cut-off it lasts a day", "2026-11-18T03:30:00+05:30", "2026-11-19T03:30:00+05:30"),
            ("the year rolls over", "2026-12-31T23:00:00+05:30", "2027-01-01T03:30:00+05:30"),
        ] {
            assert_eq!(upstox.after(at(from)), at(end), "{sentence}");
        }
    }

    #[test]
    fn a_cut_off_survives_the_two_odd_nights_of_a_year() {
        let cutoff = DailyCutoff::new(2, 30, New_York);
        assert_eq!(
            cutoff.after(at("2026-03-08T00:00:00-05:00")),
            at("2026-03-08T03:30:00-04:00"),
            "02:30 does not exist"
        );
        let cutoff = DailyCutoff::new(1, 30, New_York);
        assert_eq!(cutoff.after(at("2026-11-01T00:00:00-04:00")), at("2026-11-01T01:30:00-04:00"), "01:30 comes twice");
    }

    #[test]
    fn a_short_day_has_its_cut_off_at_the_same_fraction() {
        let cutoff = DailyCutoff::new(3, 30, Kolkata).on_day_of(Duration::minutes(10));
        let midnight = at("2026-11-17T00:00:00Z");
        assert_eq!(cutoff.after(midnight), midnight + Duration::milliseconds(87_500));
        assert_eq!(cutoff.after(midnight + Duration::milliseconds(87_500)), midnight + Duration::milliseconds(687_500));
    }

    #[test]
    fn the_earliest_rule_wins_and_silence_falls_back() {
        let cutoff = DailyCutoff::new(3, 30, Kolkata);
        let issued = at("2026-11-17T08:41:00+05:30");
        let issue = |expires_in| Issue { at: issued, granted_at: issued, token: "opaque", expires_in };
        let rules = [Rule::SecondsFromIssue, Rule::JwtExp, Rule::DailyIfSilent(cutoff)];
        assert_eq!(ends_at(&rules, &issue(None)), Some(at("2026-11-18T03:30:00+05:30")), "nothing said: the cut-off");
        assert_eq!(ends_at(&rules, &issue(Some(600))), Some(issued + Duration::seconds(600)), "expires_in said");
        assert_eq!(ends_at(&rules, &issue(Some(-5))), Some(at("2026-11-18T03:30:00+05:30")), "nonsense is silence");
        assert_eq!(
            ends_at(&rules, &issue(Some(i64::MAX))),
            Some(at("2026-11-18T03:30:00+05:30")),
            "overflow is silence"
        );
        assert_eq!(ends_at(&[Rule::SecondsFromIssue], &issue(None)), None, "a broker may give no end");
        let both = [Rule::SecondsFromIssue, Rule::Daily(cutoff)];
        assert_eq!(
            ends_at(&both, &issue(Some(86_400))),
            Some(at("2026-11-18T03:30:00+05:30")),
            "the cut-off is earlier"
        );
    }
}
