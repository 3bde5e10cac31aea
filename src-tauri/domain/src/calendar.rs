//! When the exchanges trade: regular weeks, and the days that are not like the others.
//!
//! The invariant: **an unknown day is a trading day.** A holiday that is not known costs a needless reminder, a session
//! that is not known costs a session; so only what somebody has published closes a weekday. Having no broker's calendar,
//! no network or an old cache are states with names, not errors. What this is not: the fetching and the keeping; a
//! broker fetches, and whoever owns the disk keeps.

mod built_in;
mod india;
mod parts;
mod published;
mod united_states;

pub use built_in::{INDIA, REGIONS, Region, UNITED_STATES, exchange_words, for_exchanges, region_of};
pub use parts::{Covers, Day, Exception, Hours, Session, TradingDay, Week};
pub use published::{Holiday, Published, Timing};

use crate::{Moment, wall};
use chrono::{Datelike, Days, Duration, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::collections::BTreeMap;

/// The form of what is kept on disk. Another one is not read: the cache is dropped and fetched anew.
const VERSION: u32 = 1;
/// How long a broker's calendar counts as fresh. Exchanges announce an election or a day of mourning some days ahead;
/// after a week without an answer such a change may have been missed.
const FRESH_FOR: Duration = Duration::days(7);
/// How many days ahead a session is looked for. No exchange rests that long: a longer search would hide a mistake.
const HORIZON: u64 = 30;

/// The calendar of one market: exchanges that share a zone. This is also what is kept on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    #[serde(deserialize_with = "this_version")]
    version: u32,
    zone: Tz,
    exchanges: BTreeMap<String, Week>,
    exceptions: BTreeMap<NaiveDate, Exception>,
    covers: Covers,
    source: Source,
    fetched_at: Option<Moment>,
}

/// Where a calendar comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// This program.
    BuiltIn,
    /// A broker's answer, laid over what this program knows.
    Broker,
}

/// How much a calendar is worth now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// A broker has confirmed it lately.
    Fresh,
    /// A broker's, but old. It is still the best there is.
    Stale {
        /// From when on.
        since: Moment,
    },
    /// No broker has been asked, or none has answered.
    BuiltIn,
}

impl Calendar {
    /// The zone that its dates and hours are in.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Short name of the zone for people: `IST`, `ET`.
    pub fn zone_word(&self) -> &'static str {
        REGIONS.iter().find(|region| region.zone == self.zone).map_or(self.zone.name(), |region| region.zone_word)
    }

    /// Whether this exchange is in it. A kept calendar without the account's exchanges is of no use to the account.
    pub fn has(&self, exchange: &str) -> bool {
        self.exchanges.contains_key(exchange)
    }

    /// Where it comes from.
    pub fn source(&self) -> Source {
        self.source
    }

    /// When a broker last answered.
    pub fn fetched_at(&self) -> Option<Moment> {
        self.fetched_at
    }

    /// The dates whose exceptions are known. Any other weekday is taken for a trading day.
    pub fn covers(&self) -> Covers {
        self.covers
    }

    /// How much it is worth now.
    pub fn freshness(&self, now: Moment) -> Freshness {
        match (self.source, self.fetched_at) {
            (Source::Broker, Some(fetched_at)) => {
                let since = fetched_at + FRESH_FOR;
                if since > now { Freshness::Fresh } else { Freshness::Stale { since } }
            }
            _ => Freshness::BuiltIn,
        }
    }

    /// The date on the exchanges' clock.
    pub fn date(&self, moment: Moment) -> NaiveDate {
        moment.with_timezone(&self.zone).date_naive()
    }

    /// What happens on a date at these exchanges; those that the calendar does not have are passed over.
    pub fn day(&self, date: NaiveDate, exchanges: &[String]) -> Day {
        let exception = self.exceptions.get(&date);
        let mut sessions: Vec<Session> = exchanges.iter().flat_map(|exchange| self.sessions(date, exchange)).collect();
        sessions.sort();
        sessions.dedup();
        let differs = |exchange: &String| self.hours(date, exchange) != self.regular(date, exchange);
        Day {
            date,
            sessions,
            known: exception.is_some() || self.covers.contains(date),
            why: exception.filter(|_| exchanges.iter().any(differs)).and_then(|exception| exception.why.clone()),
        }
    }

    /// A date from its first opening to its last closing at these exchanges; `None` if none of them trades.
    pub fn trading_day(&self, date: NaiveDate, exchanges: &[String]) -> Option<TradingDay> {
        let day = self.day(date, exchanges);
        let opens = day.sessions.iter().map(|session| session.opens).min()?;
        let closes = day.sessions.iter().map(|session| session.closes).max()?;
        Some(TradingDay { date, opens, closes, known: day.known, why: day.why })
    }

    /// The first session at these exchanges that opens after a moment.
    pub fn next_session(&self, exchanges: &[String], after: Moment) -> Option<Session> {
        let today = self.date(after);
        let dates = (0..=HORIZON).filter_map(|days| today.checked_add_days(Days::new(days)));
        dates.flat_map(|date| self.day(date, exchanges).sessions).find(|session| session.opens > after)
    }

    /// The hours of one exchange: the exception's if it names the exchange, else the regular ones.
    fn hours(&self, date: NaiveDate, exchange: &str) -> &[Hours] {
        let exception = self.exceptions.get(&date).and_then(|exception| exception.hours.get(exchange));
        exception.map_or_else(|| self.regular(date, exchange), Vec::as_slice)
    }

    fn regular(&self, date: NaiveDate, exchange: &str) -> &[Hours] {
        match self.exchanges.get(exchange) {
            Some(week) if week.days.contains(&date.weekday()) => std::slice::from_ref(&week.hours),
            _ => &[],
        }
    }

    fn sessions(&self, date: NaiveDate, exchange: &str) -> Vec<Session> {
        let session = |hours: &Hours| {
            let opens = wall::moment(&self.zone, date.and_time(hours.opens))?;
            let closes = wall::moment(&self.zone, date.and_time(hours.closes))?;
            (opens < closes).then(|| Session { opens, closes, exchange: exchange.to_owned() })
        };
        self.hours(date, exchange).iter().filter_map(session).collect()
    }
}

fn this_version<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let version = u32::deserialize(from)?;
    if version == VERSION {
        Ok(version)
    } else {
        Err(D::Error::custom(format!("version {version} of a calendar, where {VERSION} is read")))
    }
}

#[cfg(test)]
mod tests;
