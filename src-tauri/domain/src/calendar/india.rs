//! India's exchanges: their hours, and the holidays of 2026.
//!
//! The invariant: each date here is in the yearly circulars of NSE and BSE or in the notices that changed them, and for
//! MCX in at least two published copies of its list; what could not be confirmed twice is left out. So the hour of Muhurat
//! trading, announced some weeks before, is not here: it comes from the broker. What this is not: a rule; most of these
//! days follow the moon, and a new list is published each December.

use super::{Exception, Hours};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The year of the list.
pub(super) const YEAR: i32 = 2026;

const EQUITY: Hours = Hours::new((9, 15), (15, 30));
/// Ten minutes longer than the shares themselves since August 2026.
const DERIVATIVES: Hours = Hours::new((9, 15), (15, 40));
const CURRENCY: Hours = Hours::new((9, 0), (17, 0));
/// While New York is on winter time MCX goes on until 23:55; 23:30 holds all year.
const COMMODITY: Hours = Hours::new((9, 0), (23, 30));
const COMMODITY_MORNING: Hours = Hours::new((9, 0), (17, 0));
const COMMODITY_EVENING: Hours = Hours::new((17, 0), (23, 30));

/// The exchanges, and the hours of a normal day.
pub(super) const EXCHANGES: &[(&str, Hours)] = &[
    ("NSE", EQUITY),
    ("BSE", EQUITY),
    ("NFO", DERIVATIVES),
    ("BFO", DERIVATIVES),
    ("CDS", CURRENCY),
    ("BCD", CURRENCY),
    ("MCX", COMMODITY),
];

/// Exchanges that share an exception, and the session they have instead; `None`: closed.
type Change = (&'static [&'static str], Option<Hours>);

const SHARES: &[&str] = &["NSE", "BSE", "NFO", "BFO"];
const CURRENCIES: &[&str] = &["CDS", "BCD"];
const COMMODITIES: &[&str] = &["MCX"];

/// Nobody trades.
const ALL_CLOSED: &[Change] = &[(SHARES, None), (CURRENCIES, None), (COMMODITIES, None)];
/// Most holidays: commodities open in the evening, together with London and New York.
const EVENING: &[Change] = &[(SHARES, None), (CURRENCIES, None), (COMMODITIES, Some(COMMODITY_EVENING))];
/// Banks rest, shares do not.
const NO_CURRENCY: &[Change] = &[(CURRENCIES, None)];
const NEW_YEAR: &[Change] = &[(COMMODITIES, Some(COMMODITY_MORNING))];
/// Whether currencies rested as well could not be confirmed.
const ELECTION: &[Change] = &[(SHARES, None), (COMMODITIES, Some(COMMODITY_EVENING))];
/// A Sunday.
const BUDGET: &[Change] = &[(SHARES, Some(EQUITY)), (COMMODITIES, Some(COMMODITY_MORNING))];

const DATES: &[(u32, u32, &str, &[Change])] = &[
    (1, 1, "New Year Day", NEW_YEAR),
    (1, 15, "Municipal elections in Maharashtra", ELECTION),
    (1, 26, "Republic Day", ALL_CLOSED),
    (2, 1, "Union Budget (special session)", BUDGET),
    (2, 19, "Chhatrapati Shivaji Maharaj Jayanti", NO_CURRENCY),
    (3, 3, "Holi", EVENING),
    (3, 19, "Gudi Padwa", NO_CURRENCY),
    (3, 26, "Shri Ram Navami", EVENING),
    (3, 31, "Shri Mahavir Jayanti", EVENING),
    (4, 1, "Annual Bank Closing", NO_CURRENCY),
    (4, 3, "Good Friday", ALL_CLOSED),
    (4, 14, "Dr. Baba Saheb Ambedkar Jayanti", EVENING),
    (5, 1, "Maharashtra Day", EVENING),
    (5, 28, "Bakri Id", EVENING),
    (6, 26, "Muharram", EVENING),
    (8, 26, "Id-E-Milad", NO_CURRENCY),
    (9, 14, "Ganesh Chaturthi", EVENING),
    (10, 2, "Mahatma Gandhi Jayanti", ALL_CLOSED),
    (10, 20, "Dussehra", EVENING),
    (11, 10, "Diwali Balipratipada", EVENING),
    (11, 24, "Guru Nanak Jayanti", EVENING),
    (12, 25, "Christmas", ALL_CLOSED),
];

/// The dates that are not like their weekday.
pub(super) fn exceptions() -> BTreeMap<NaiveDate, Exception> {
    let dated = |(month, day, why, changes): &(u32, u32, &str, &[Change])| {
        Some((NaiveDate::from_ymd_opt(YEAR, *month, *day)?, exception(why, changes)))
    };
    DATES.iter().filter_map(dated).collect()
}

fn exception(why: &str, changes: &[Change]) -> Exception {
    let each = |(exchanges, hours): &Change| {
        let hours: Vec<Hours> = hours.iter().copied().collect();
        exchanges.iter().map(move |exchange| ((*exchange).to_owned(), hours.clone())).collect::<Vec<_>>()
    };
    Exception { why: Some(why.to_owned()), hours: changes.iter().flat_map(each).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, Weekday};

    #[test]
    fn every_row_is_a_date_and_closes_weekdays_only() {
        let all = exceptions();
        assert_eq!(all.len(), DATES.len());
        for (date, exception) in &all {
            let closes = exception.hours.values().any(Vec::is_empty);
            let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
            assert_eq!(closes, !weekend && *date != NaiveDate::from_ymd_opt(YEAR, 1, 1).expect("a date"), "{date}");
        }
    }
}
