//! The practice exchanges' calendar: holidays, hours, and whether they trade.
//!
//! The invariant: what is open on a day is said by its sessions alone; the kind of a holiday decides nothing (a trading
//! holiday on which every exchange is open is in every year). What this is not: a real calendar; holidays that follow
//! the moon are left out.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Weekday};
use chrono_tz::Asia::Kolkata;
use serde::Serialize;

/// Exchange, opening and closing time as hour and minute.
type Hours = (&'static str, (u32, u32), (u32, u32));

/// A normal day.
const NORMAL: &[Hours] = &[
    ("NSE", (9, 15), (15, 30)),
    ("NFO", (9, 15), (15, 40)),
    ("CDS", (9, 0), (17, 0)),
    ("BSE", (9, 15), (15, 30)),
    ("BFO", (9, 15), (15, 40)),
    ("BCD", (9, 0), (17, 0)),
    ("MCX", (9, 0), (23, 30)),
];
/// Commodities trade on the evening of most holidays.
const EVENING: &[Hours] = &[("MCX", (17, 0), (23, 30))];
/// The festive hour.
const FESTIVE: &[Hours] = &[
    ("NSE", (18, 0), (19, 0)),
    ("NFO", (18, 0), (19, 0)),
    ("CDS", (18, 0), (19, 0)),
    ("BSE", (18, 0), (19, 0)),
    ("BFO", (18, 0), (19, 0)),
    ("BCD", (18, 0), (19, 0)),
    ("MCX", (18, 0), (19, 0)),
];
const CLOSED: &[&str] = &["NSE", "NFO", "CDS", "BSE", "BFO", "BCD"];

/// The hours of one exchange on one day; both ends in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Session {
    pub(super) exchange: &'static str,
    pub(super) start_time: i64,
    pub(super) end_time: i64,
}

/// A day that is not like the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Holiday {
    pub(super) date: NaiveDate,
    description: &'static str,
    holiday_type: &'static str,
    closed_exchanges: Vec<&'static str>,
    open_exchanges: Vec<Session>,
}

/// The holidays of a year, in order.
pub(super) fn holidays(year: i32) -> Vec<Holiday> {
    let date = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let fixed = [
        ((1, 26), "Republic Day"),
        ((5, 1), "Maharashtra Day"),
        ((8, 15), "Independence Day"),
        ((10, 2), "Mahatma Gandhi Jayanti"),
        ((12, 25), "Christmas"),
    ];
    let closed = fixed.into_iter().filter_map(|((month, day), name)| Some((date(month, day)?, name)));
    // A weekend is closed anyway, and is not listed.
    let closed = closed.filter(|(date, _)| !is_weekend(*date));
    let mut all: Vec<Holiday> =
        closed.map(|(date, name)| holiday(date, name, "TRADING_HOLIDAY", (CLOSED, EVENING))).collect();
    // The trap: called a trading holiday, and everybody trades.
    let new_year = date(1, 1).map(first_weekday);
    all.extend(new_year.map(|date| holiday(date, "New Year Day", "TRADING_HOLIDAY", (&[], NORMAL))));
    let settlement = date(4, 1).map(first_weekday);
    all.extend(settlement.map(|date| holiday(date, "Annual Bank Closing", "SETTLEMENT_HOLIDAY", (&[], NORMAL))));
    let festive = NaiveDate::from_weekday_of_month_opt(year, 11, Weekday::Sun, 2);
    all.extend(festive.map(|date| holiday(date, "Muhurat Trading", "SPECIAL_TIMING", (&[], FESTIVE))));
    all.sort_by_key(|holiday| holiday.date);
    all
}

/// The list of exchanges that trade every day: each day that would be closed is said to be a special one.
pub(super) fn every_day(year: i32) -> Vec<Holiday> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1);
    let days = std::iter::successors(first, NaiveDate::succ_opt).take_while(|date| date.year() == year);
    let special = |date| holiday(date, "Practice Session", "SPECIAL_TIMING", (&[], NORMAL));
    days.filter(|date| is_weekend(*date)).map(special).collect()
}

/// Who is open on that day, and when.
pub(super) fn sessions(date: NaiveDate) -> Vec<Session> {
    match holidays(date.year()).into_iter().find(|holiday| holiday.date == date) {
        Some(holiday) => holiday.open_exchanges,
        None if is_weekend(date) => Vec::new(),
        None => open(date, NORMAL),
    }
}

/// Every day's hours of a practice market whose days are minutes: it never rests.
pub(super) fn normal_sessions(date: NaiveDate) -> Vec<Session> {
    open(date, NORMAL)
}

/// Whether there is such an exchange.
pub(super) fn exchange(name: &str) -> Option<&'static str> {
    NORMAL.iter().map(|(exchange, ..)| *exchange).find(|exchange| *exchange == name)
}

/// A time on the exchanges' clock, in milliseconds since 1970.
pub(super) fn millis(time: NaiveDateTime) -> i64 {
    // India has no summer time: every time of day exists once.
    Kolkata.from_local_datetime(&time).single().map_or(0, |moment| moment.timestamp_millis())
}

fn holiday(
    date: NaiveDate,
    description: &'static str,
    holiday_type: &'static str,
    (closed, hours): (&[&'static str], &'static [Hours]),
) -> Holiday {
    Holiday { date, description, holiday_type, closed_exchanges: closed.to_vec(), open_exchanges: open(date, hours) }
}

fn open(date: NaiveDate, hours: &'static [Hours]) -> Vec<Session> {
    let at = |(hour, minute)| millis(date.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN)));
    let session = |(exchange, start, end): &Hours| Session { exchange, start_time: at(*start), end_time: at(*end) };
    hours.iter().map(session).collect()
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn first_weekday(from: NaiveDate) -> NaiveDate {
    (0..3).map(|days| from + Days::new(days)).find(|date| !is_weekend(*date)).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn every_year_has_every_kind_and_the_trap() {
        for year in 2024..2060 {
            let all = holidays(year);
            assert!(
                all.is_sorted_by_key(|holiday| holiday.date) && all.iter().all(|h| h.date.year() == year),
                "{year}"
            );
            let has = |kind, closed: bool| {
                all.iter().any(|h| h.holiday_type == kind && h.closed_exchanges.is_empty() != closed)
            };
            assert!(has("TRADING_HOLIDAY", true) && has("TRADING_HOLIDAY", false), "{year}");
            assert!(has("SETTLEMENT_HOLIDAY", false) && has("SPECIAL_TIMING", false), "{year}");
        }
    }

    #[test]
    fn where_every_day_trades_each_weekend_is_special() {
        let all = every_day(2026);
        assert_eq!(all.len(), 104);
        assert!(all.iter().all(|day| is_weekend(day.date) && day.open_exchanges.len() == NORMAL.len()));
    }

    #[test]
    fn a_days_hours_follow_its_sessions_not_its_name() {
        let opens = |date, exchange| {
            sessions(day(date)).into_iter().find(|session| session.exchange == exchange).map(|s| s.start_time)
        };
        for (sentence, date, exchange, expected) in [
            ("a trading holiday on which everybody trades", "2024-01-01", "NSE", Some(1_704_080_700_000)),
            ("a Tuesday", "2026-11-17", "NSE", Some(millis(day("2026-11-17").and_hms_opt(9, 15, 0).expect("t")))),
            ("a Saturday", "2026-11-21", "NSE", None),
            ("a holiday", "2026-01-26", "NSE", None),
            (
                "commodities on its evening",
                "2026-01-26",
                "MCX",
                Some(millis(day("2026-01-26").and_hms_opt(17, 0, 0).expect("t"))),
            ),
            (
                "a Sunday evening in November",
                "2026-11-08",
                "NSE",
                Some(millis(day("2026-11-08").and_hms_opt(18, 0, 0).expect("t"))),
            ),
        ] {
            assert_eq!(opens(date, exchange), expected, "{sentence}");
        }
    }
}
