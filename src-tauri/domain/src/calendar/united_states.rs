//! The exchanges in New York: their hours, and the rules of their holidays.
//!
//! The invariant: the rules give the lists that NYSE has published, see the tests; both exchanges keep the same days.
//! What this is not: a day of mourning or a storm; those are announced, and no rule knows them.

use super::{Exception, Hours};
use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu};
use chrono::{Datelike, Days, NaiveDate};
use std::collections::BTreeMap;

const REGULAR: Hours = Hours::new((9, 30), (16, 0));
const EARLY_CLOSE: Hours = Hours::new((9, 30), (13, 0));

/// The exchanges, and the hours of a normal day.
pub(super) const EXCHANGES: &[(&str, Hours)] = &[("NYSE", REGULAR), ("NASDAQ", REGULAR)];

/// NYSE itself publishes three years ahead. The rules last changed in 2022 (Juneteenth) and before that in 1998, so they
/// are trusted for some years more.
pub(super) const YEARS: (i32, i32) = (2024, 2035);

/// The dates that are not like their weekday.
pub(super) fn exceptions() -> BTreeMap<NaiveDate, Exception> {
    let closed = |(date, why): (NaiveDate, &str)| (date, exception(why, &[]));
    let early = |(date, why): (NaiveDate, &str)| (date, exception(why, &[EARLY_CLOSE]));
    (YEARS.0..=YEARS.1)
        .flat_map(|year| holidays(year).into_iter().map(closed).chain(early_closes(year).into_iter().map(early)))
        .collect()
}

fn exception(why: &str, hours: &[Hours]) -> Exception {
    let all = EXCHANGES.iter().map(|(exchange, _)| ((*exchange).to_owned(), hours.to_vec()));
    Exception { why: Some(why.to_owned()), hours: all.collect() }
}

fn holidays(year: i32) -> Vec<(NaiveDate, &'static str)> {
    let date = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let nth = |month, weekday, n| NaiveDate::from_weekday_of_month_opt(year, month, weekday, n);
    let all = [
        // On a Saturday it is not made up for: the Friday before is the last day of the year's books.
        (date(1, 1).filter(|day| day.weekday() != Sat).and_then(observed), "New Year's Day"),
        (nth(1, Mon, 3), "Martin Luther King Jr. Day"),
        (nth(2, Mon, 3), "Presidents' Day"),
        (computus::gregorian_naive(year).ok().and_then(|easter| easter.checked_sub_days(Days::new(2))), "Good Friday"),
        (nth(5, Mon, 5).or_else(|| nth(5, Mon, 4)), "Memorial Day"),
        (date(6, 19).and_then(observed), "Juneteenth"),
        (date(7, 4).and_then(observed), "Independence Day"),
        (nth(9, Mon, 1), "Labor Day"),
        (nth(11, Thu, 4), "Thanksgiving"),
        (date(12, 25).and_then(observed), "Christmas"),
    ];
    all.into_iter().filter_map(|(date, why)| Some((date?, why))).collect()
}

/// The days that end at 13:00. An eve on a Friday is the holiday's own, one on a weekend is nobody's.
fn early_closes(year: i32) -> Vec<(NaiveDate, &'static str)> {
    let eve =
        |month, day| NaiveDate::from_ymd_opt(year, month, day).filter(|day| !matches!(day.weekday(), Fri | Sat | Sun));
    let thanksgiving = NaiveDate::from_weekday_of_month_opt(year, 11, Thu, 4);
    let all = [
        (eve(7, 3), "Eve of Independence Day (early close)"),
        (thanksgiving.and_then(|day| day.succ_opt()), "Day after Thanksgiving (early close)"),
        (eve(12, 24), "Christmas Eve (early close)"),
    ];
    all.into_iter().filter_map(|(date, why)| Some((date?, why))).collect()
}

/// The Friday before a Saturday, the Monday after a Sunday.
fn observed(date: NaiveDate) -> Option<NaiveDate> {
    match date.weekday() {
        Sat => date.pred_opt(),
        Sun => date.succ_opt(),
        _ => Some(date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(year: i32, list: &[(NaiveDate, &str)]) -> String {
        assert!(list.iter().all(|(date, _)| date.year() == year), "{list:?}");
        list.iter().map(|(date, _)| date.format("%m-%d").to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_rules_give_the_published_lists() {
        for (year, closed, early) in [
            (2024, "01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25", "07-03 11-29 12-24"),
            (2025, "01-01 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25", "07-03 11-28 12-24"),
            (2026, "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25", "11-27 12-24"),
            (2027, "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24", "11-26"),
            (2028, "01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25", "07-03 11-24"),
        ] {
            assert_eq!(dates(year, &holidays(year)), closed, "closed in {year}");
            assert_eq!(dates(year, &early_closes(year)), early, "early close in {year}");
        }
    }
}
