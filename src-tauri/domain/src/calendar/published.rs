//! What a broker publishes about its market, and how it is laid over what is known already.
//!
//! The invariant: a broker's list of a year replaces the whole year, because a holiday that was moved must not stay
//! closed on its old date; and silence closes nothing: an exchange that is not named keeps what it had. What this is not:
//! the wire; sessions come in as moments, and names are compared as they are.

use super::{Calendar, Covers, Exception, Hours, Session, Source};
use crate::Moment;
use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::BTreeMap;

/// One answer of a broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The year whose holidays are all in here; `None` if there is no such year.
    pub year: Option<i32>,
    /// Days that are not like the others.
    pub holidays: Vec<Holiday>,
    /// The hours of the days that were asked about.
    pub timings: Vec<Timing>,
}

/// A day that is not like the others. What it is called says nothing about who trades: a holiday on which nobody is
/// closed is a trading day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holiday {
    /// Which day, on the exchanges' clock.
    pub date: NaiveDate,
    /// What it is called.
    pub why: Option<String>,
    /// The exchanges that are closed.
    pub closed: Vec<String>,
    /// The sessions that there are.
    pub open: Vec<Session>,
}

/// The sessions of one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// Which day, on the exchanges' clock.
    pub date: NaiveDate,
    /// Its sessions. None at all says nothing: a day that is not published yet looks the same as a closed one.
    pub sessions: Vec<Session>,
}

impl Published {
    fn says_nothing(&self) -> bool {
        self.holidays.is_empty() && self.timings.iter().all(|timing| timing.sessions.is_empty())
    }
}

impl Calendar {
    /// This calendar with a broker's answer of now laid over it. An answer that says nothing changes nothing.
    #[must_use]
    pub fn with(&self, published: &Published, now: Moment) -> Self {
        let mut new = self.clone();
        if published.says_nothing() {
            return new;
        }
        if let Some(year) = published.year {
            // On a weekend an exception can only open: it stays, and costs a needless reminder at most.
            new.exceptions
                .retain(|date, _| date.year() != year || matches!(date.weekday(), Weekday::Sat | Weekday::Sun));
            new.covers = Covers::and(self.covers, year);
        }
        for holiday in &published.holidays {
            let mut hours: BTreeMap<String, Vec<Hours>> =
                holiday.closed.iter().filter(|name| self.has(name)).map(|name| (name.clone(), Vec::new())).collect();
            // Behind the closed ones: an exchange that rests in the morning alone may be in both lists.
            hours.extend(self.local(holiday.date, &holiday.open));
            new.exceptions.insert(holiday.date, Exception { why: holiday.why.clone(), hours });
        }
        for timing in &published.timings {
            let hours = self.local(timing.date, &timing.sessions);
            if !hours.is_empty() {
                new.exceptions.entry(timing.date).or_default().hours.extend(hours);
            }
        }
        new.source = Source::Broker;
        new.fetched_at = Some(now);
        new
    }

    /// Sessions as times on the wall, by exchange. Exchanges that the calendar does not have and sessions of another day
    /// are passed over.
    fn local(&self, date: NaiveDate, sessions: &[Session]) -> BTreeMap<String, Vec<Hours>> {
        let mut hours: BTreeMap<String, Vec<Hours>> = BTreeMap::new();
        let fits = |session: &&Session| {
            self.has(&session.exchange)
                && session.opens < session.closes
                && self.date(session.opens) == date
                && self.date(session.closes) == date
        };
        for session in sessions.iter().filter(fits) {
            let time = |moment: Moment| moment.with_timezone(&self.zone).time();
            let session_hours = Hours { opens: time(session.opens), closes: time(session.closes) };
            hours.entry(session.exchange.clone()).or_default().push(session_hours);
        }
        hours
    }
}
