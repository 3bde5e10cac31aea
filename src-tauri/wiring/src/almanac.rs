//! Calendars: asked of the brokers, kept on disk with their date, and merged with what is built in.
//!
//! The invariant: a file that cannot be read is no calendar, and nothing worse; and an answer that says nothing takes
//! nothing away. What this is not: a decision when to ask (the manager makes it) or what a day means
//! (`domain::calendar`).

use crate::books::{Books, Known};
use chrono::Days;
use daypass_domain::calendar::{Published, for_exchanges};
use daypass_domain::{AccountId, Calendar, Grant, Moment, Problem, Remedy};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Today and so many days after it are asked for by date; the rest of the year comes as a list of holidays.
const DAYS_AHEAD: u64 = 4;

const EMPTY: Problem = Problem::new(
    "calendar_empty",
    "The broker's calendar is empty.",
    "Daypass goes by the days that it knows and asks again later.",
    Remedy::TryAgain,
);

/// The calendar as it was kept, if it was and can be read.
pub(crate) fn kept(folder: &Path, account: &AccountId) -> Option<Arc<Calendar>> {
    let text = std::fs::read(file(folder, account)).ok()?;
    serde_json::from_slice(&text).map(Arc::new).ok()
}

/// Asks the account's broker; `None` if it publishes nothing.
pub(crate) async fn fetch(
    books: &Books,
    folder: &Path,
    known: &Known,
    grant: Option<&Grant>,
) -> Result<Option<Arc<Calendar>>, Problem> {
    let account = &known.credentials.account;
    let exchanges = account.exchanges(known.broker.profile());
    let built_in = for_exchanges(&exchanges);
    let today = built_in.date(books.now());
    let dates: Vec<_> = (0..=DAYS_AHEAD).filter_map(|days| today.checked_add_days(Days::new(days))).collect();
    let answer = known.broker.calendar(&books.network(), &known.credentials, grant, &dates).await;
    let Some(published) = answer.map_err(|error| error.problem)?.value else { return Ok(None) };
    let whole = |kept: &Arc<Calendar>| exchanges.iter().all(|exchange| kept.has(exchange));
    let calendar = merged(built_in, kept(folder, &account.id).filter(whole), &published, books.now())?;
    if let Err(error) = keep(folder, &account.id, &calendar) {
        tracing::warn!(account = %account.id, "The trading calendar could not be kept on disk: {error}");
    }
    Ok(Some(Arc::new(calendar)))
}

/// A list of a whole year is laid over what is built in, so that nothing old outlives it; anything less over what was
/// kept, which knows more of the year.
fn merged(
    built_in: Calendar,
    kept: Option<Arc<Calendar>>,
    published: &Published,
    now: Moment,
) -> Result<Calendar, Problem> {
    let under = kept.filter(|_| published.year.is_none()).map_or(built_in, Arc::unwrap_or_clone);
    let calendar = under.with(published, now);
    // An answer that says nothing leaves no date of its own.
    if calendar.fetched_at() == Some(now) { Ok(calendar) } else { Err(EMPTY) }
}

/// Nothing in it is secret; it is replaced as a whole, so that no reader ever sees half of it.
fn keep(folder: &Path, account: &AccountId, calendar: &Calendar) -> std::io::Result<()> {
    let path = file(folder, account);
    let place = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(place)?;
    let new = path.with_extension("new");
    let mut out = std::fs::File::create(&new)?;
    out.write_all(&serde_json::to_vec(calendar)?)?;
    out.sync_all()?;
    std::fs::rename(new, path)
}

fn file(folder: &Path, account: &AccountId) -> PathBuf {
    folder.join("calendars").join(format!("{account}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use daypass_domain::calendar::{Holiday, Session, Timing};

    fn moment(text: &str) -> Moment {
        text.parse().expect("a moment")
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    /// The evening of a day whose hours were asked for by date.
    fn evening() -> Published {
        let (opens, closes) = (moment("2026-11-17T12:30:00Z"), moment("2026-11-17T13:30:00Z"));
        let sessions = vec![Session { opens, closes, exchange: "NSE".to_owned() }];
        Published { timings: vec![Timing { date: date("2026-11-17"), sessions }], ..Published::default() }
    }

    fn list(year: Option<i32>, closed: &str) -> Published {
        let closed = Holiday { date: date(closed), closed: vec!["NSE".to_owned()], ..Holiday::default() };
        Published { year, holidays: vec![closed], timings: Vec::new() }
    }

    #[test]
    fn less_than_a_year_is_laid_over_what_was_kept() {
        let nse = ["NSE".to_owned()];
        let (then, now) = (moment("2026-11-16T02:00:00Z"), moment("2026-11-17T02:00:00Z"));
        let known = for_exchanges(&nse).with(&list(Some(2026), "2026-11-18"), then);
        type Row = (&'static str, Option<Calendar>, Published, Option<[bool; 2]>);
        let table: [Row; 6] = [
            ("nothing over nothing is a failure", None, Published::default(), None),
            ("nothing over what was kept is a failure too", Some(known.clone()), Published::default(), None),
            ("a day's hours keep the holidays", Some(known.clone()), evening(), Some([false, true])),
            ("a day's hours do without", None, evening(), Some([true, true])),
            (
                "last year's list keeps the holidays",
                Some(known.clone()),
                list(None, "2026-11-19"),
                Some([false, false]),
            ),
            ("a year's list replaces the year", Some(known), list(Some(2026), "2026-11-19"), Some([true, false])),
        ];
        for (row, kept, published, expected) in table {
            let merged = merged(for_exchanges(&nse), kept.map(Arc::new), &published, now);
            let opens = |calendar: &Calendar, date| calendar.trading_day(date, &nse).is_some();
            let found = merged.as_ref().map(|new| ["2026-11-18", "2026-11-19"].map(|day| opens(new, date(day))));
            assert_eq!(found.ok(), expected, "{row}");
            assert!(merged.is_ok_and(|new| new.fetched_at() == Some(now)) == expected.is_some(), "{row}");
        }
    }

    #[test]
    fn a_calendar_comes_back_and_a_broken_file_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let account = AccountId::new("upstox").expect("an id");
        assert!(kept(folder.path(), &account).is_none());
        let calendar = for_exchanges(&["NSE".to_owned()]);
        keep(folder.path(), &account, &calendar).expect("kept");
        assert_eq!(kept(folder.path(), &account).as_deref(), Some(&calendar));
        std::fs::write(file(folder.path(), &account), "{\"version\":").expect("written");
        assert!(kept(folder.path(), &account).is_none());
    }
}
