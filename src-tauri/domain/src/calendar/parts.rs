//! What a calendar is made of, and what it answers with.
//!
//! The invariant: what is stored are times on the exchanges' wall clock, what is answered are moments; summer time lies
//! in between. What this is not: a session over midnight; no exchange here has one, and hours that end before they begin
//! are no session.

use crate::Moment;
use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One session on the exchange's wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hours {
    /// When it opens.
    pub opens: NaiveTime,
    /// When it closes, on the same date.
    pub closes: NaiveTime,
}

impl Hours {
    /// From `(hour, minute)` to `(hour, minute)`.
    ///
    /// # Panics
    /// If one of them is no time of day: such hours are constants in this program's source.
    pub const fn new(opens: (u32, u32), closes: (u32, u32)) -> Self {
        match (NaiveTime::from_hms_opt(opens.0, opens.1, 0), NaiveTime::from_hms_opt(closes.0, closes.1, 0)) {
            (Some(opens), Some(closes)) => Self { opens, closes },
            _ => panic!("not a time of day"),
        }
    }
}

/// The regular week of one exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    /// The days on which it trades.
    pub days: Vec<Weekday>,
    /// From when to when.
    pub hours: Hours,
}

/// A date that is not like its weekday.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Why, for people: `Diwali (Muhurat trading)`.
    pub why: Option<String>,
    /// The sessions of each exchange that has others than usual; none at all means closed. An exchange that is not in
    /// here keeps its regular hours.
    pub hours: BTreeMap<String, Vec<Hours>>,
}

/// A span of dates, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covers {
    /// The first date.
    pub from: NaiveDate,
    /// The last date.
    pub to: NaiveDate,
}

impl Covers {
    /// All of these years.
    pub(super) fn years(first: i32, last: i32) -> Self {
        let from = NaiveDate::from_ymd_opt(first, 1, 1).unwrap_or(NaiveDate::MIN);
        let to = NaiveDate::from_ymd_opt(last, 12, 31).unwrap_or(NaiveDate::MAX);
        Self { from, to }
    }

    /// Whether a date lies in it.
    pub fn contains(&self, date: NaiveDate) -> bool {
        (self.from..=self.to).contains(&date)
    }

    /// With one more year. Where that would leave a gap, the year alone: what lies in the gap is not known.
    #[must_use]
    pub(super) fn and(self, year: i32) -> Self {
        if (self.from.year() - 1..=self.to.year() + 1).contains(&year) {
            Self::years(self.from.year().min(year), self.to.year().max(year))
        } else {
            Self::years(year, year)
        }
    }
}

/// One session of one exchange.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Session {
    /// When it opens. Comes first: sessions are sorted by it.
    pub opens: Moment,
    /// When it closes.
    pub closes: Moment,
    /// Which exchange.
    pub exchange: String,
}

/// What happens on a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The date on the exchanges' clock.
    pub date: NaiveDate,
    /// Its sessions in the order in which they open; none if nothing trades.
    pub sessions: Vec<Session>,
    /// Whether this is published, and not only taken from the regular week.
    pub known: bool,
    /// Why the date is not like its weekday, if it is not and somebody has said why.
    pub why: Option<String>,
}

/// A date on which something trades.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradingDay {
    /// The date on the exchanges' clock.
    pub date: NaiveDate,
    /// The first opening.
    pub opens: Moment,
    /// The last closing. There may be a pause in between.
    pub closes: Moment,
    /// Whether this is published, and not only taken from the regular week.
    pub known: bool,
    /// Why the date is not like its weekday, if it is not and somebody has said why.
    pub why: Option<String>,
}
