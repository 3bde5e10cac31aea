//! Calendars: asked of the brokers, kept on disk with their date, and merged with what is built in.
//!
//! The invariant: a file that cannot be read is no calendar, and nothing worse. What this is not: a decision when to ask
//! (the manager makes it) or what a day means (`domain::calendar`).

use crate::books::{Books, Known};
use chrono::Days;
use daypass_domain::calendar::for_exchanges;
use daypass_domain::{AccountId, Calendar, Grant, Problem};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Today and so many days after it are asked for by date; the rest of the year comes as a list of holidays.
const DAYS_AHEAD: u64 = 4;

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
    let calendar = built_in.with(&published, books.now());
    if let Err(error) = keep(folder, &account.id, &calendar) {
        tracing::warn!(account = %account.id, "The trading calendar could not be kept on disk: {error}");
    }
    Ok(Some(Arc::new(calendar)))
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
