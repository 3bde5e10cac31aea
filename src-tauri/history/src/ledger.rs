//! The ledger itself: one connection that writes, one that reads.
//!
//! The invariant: an append is whole or has changed nothing, and waits for no reader. What this is not: asynchronous,
//! or clever about when to prune; the caller knows both.

use crate::filter::Order;
use crate::strips::{self, Strip, Strips};
use crate::sums::{Days, Sums};
use crate::takers::{BotSum, Takers};
use crate::{DaySum, Filter, LedgerError, Totals, aside, reading, schema};
use chrono::Months;
use chrono_tz::Tz;
use daypass_domain::{AccountId, Entry, Moment, Problem};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Its name inside the folder.
pub const FILE: &str = "history.db";

/// How long entries are kept. Five years: so long must the audit trail of automated orders be kept in India (SEBI,
/// 2025), and who held which token when is part of it.
const KEPT: Months = Months::new(60);

/// What is older than this may go; for [`Ledger::prune`].
pub fn kept_since(now: Moment) -> Moment {
    now.checked_sub_months(KEPT).unwrap_or(Moment::MIN_UTC)
}

/// What happened, and its sums.
#[derive(Debug)]
pub struct Ledger {
    file: PathBuf,
    writer: Mutex<Connection>,
    /// A connection of its own sees a snapshot and holds nobody up. `None` where there can be no second one: in memory,
    /// and on disks that cannot do write-ahead logging (network folders), where a reader would lock the writer out.
    reader: Option<Mutex<Connection>>,
    notice: Option<Problem>,
}

impl Ledger {
    /// Opens [`FILE`] in a folder that is there, or begins it. One that cannot be used is put aside: see
    /// [`Self::notice`].
    pub fn open(folder: &Path, now: Moment) -> Result<Self, LedgerError> {
        let file = folder.join(FILE);
        let failed = |error: rusqlite::Error| LedgerError::sql(&file, &error);
        let mut notice = None;
        let mut writer = connect(&file)?;
        if let Some(why) = schema::unfit(&writer, schema::STEPS).map_err(failed)? {
            // Closed before it is moved: Windows insists.
            drop(writer);
            notice = Some(aside::put_aside(&file, why, now)?);
            writer = connect(&file)?;
        }
        let logs_ahead = prepare(&mut writer).map_err(failed)?;
        let reader = logs_ahead.then(|| Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY));
        let reader = reader.transpose().map_err(failed)?.map(Mutex::new);
        Ok(Self { writer: Mutex::new(writer), reader, notice, file })
    }

    /// One that is gone when it is dropped; for tests, and where there is no disk to write to.
    pub fn in_memory() -> Result<Self, LedgerError> {
        let file = PathBuf::from(":memory:");
        let failed = |error: rusqlite::Error| LedgerError::sql(&file, &error);
        let mut writer = Connection::open_in_memory().map_err(failed)?;
        prepare(&mut writer).map_err(failed)?;
        Ok(Self { writer: Mutex::new(writer), reader: None, notice: None, file })
    }

    /// What there is to say about the opening: that a file was put aside, why, and under which name.
    pub fn notice(&self) -> Option<&Problem> {
        self.notice.as_ref()
    }

    /// Adds entries: all of them, or none and an error.
    pub fn append(&self, entries: &[Entry]) -> Result<(), LedgerError> {
        if entries.is_empty() {
            return Ok(());
        }
        self.with_writer(|writer| {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut insert = transaction.prepare_cached(INSERT)?;
            for entry in entries {
                let Entry { at, account, happening } = entry;
                let body = serde_json::to_string(happening)
                    .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
                insert.execute(params![at.timestamp_millis(), account.as_str(), happening.name(), body])?;
            }
            drop(insert);
            transaction.commit()
        })
    }

    /// The entries that are meant, newest first.
    pub fn list(&self, filter: &Filter) -> Result<Vec<Entry>, LedgerError> {
        let mut entries = Vec::new();
        self.each(filter, Order::NewestFirst, |entry| entries.push(entry))?;
        Ok(entries)
    }

    /// Sums for each day of the exchange, newest first; days on which nothing happened are left out.
    pub fn days(&self, filter: &Filter, zone: Tz) -> Result<Vec<DaySum>, LedgerError> {
        let mut days = Days::new(zone);
        self.each(&filter.whole(), Order::OldestFirst, |entry| days.add(&entry))?;
        Ok(days.finish())
    }

    /// Sums over everything that is meant.
    pub fn totals(&self, filter: &Filter) -> Result<Totals, LedgerError> {
        let mut sums = Sums::default();
        self.each(&filter.whole(), Order::OldestFirst, |entry| sums.add(&entry))?;
        Ok(sums.finish(filter.until))
    }

    /// How the token of the account that is meant stood through each day of a span, newest first.
    pub fn strips(
        &self,
        filter: &Filter,
        (since, until): (Moment, Moment),
        zone: Tz,
    ) -> Result<Vec<Strip>, LedgerError> {
        let mut strips = Strips::default();
        // A token may have been issued long before, and still be held.
        let mut known = None;
        let before = Filter {
            since: None,
            until: Some(since),
            kinds: strips::BEGINNINGS.map(str::to_owned).to_vec(),
            limit: Some(1),
            ..filter.clone()
        };
        self.each(&before, Order::NewestFirst, |entry| known = Some(entry.at))?;
        let earlier = Filter { since: known.or(Some(since)), until: Some(until), ..filter.whole() };
        self.each(&earlier, Order::OldestFirst, |entry| strips.add(&entry))?;
        Ok(strips.finish((since, until), zone))
    }

    /// Which programs were given tokens, and how soon.
    pub fn takers(&self, filter: &Filter) -> Result<Vec<BotSum>, LedgerError> {
        let mut takers = Takers::default();
        self.each(&filter.whole(), Order::OldestFirst, |entry| takers.add(&entry))?;
        Ok(takers.finish())
    }

    /// Removes what is older, and says how much that was; see [`kept_since`].
    pub fn prune(&self, before: Moment) -> Result<usize, LedgerError> {
        self.with_writer(|writer| writer.execute("DELETE FROM entry WHERE at < ?", [before.timestamp_millis()]))
    }

    /// Removes everything about an account, from the disk too, and says how much that was.
    pub fn forget(&self, account: &AccountId) -> Result<usize, LedgerError> {
        // A reader would hold the log up, and the log still has the rows: let ours finish before appends have to wait.
        let _no_reader = self.reader.as_ref().map(held);
        self.with_writer(|writer| {
            let gone = writer.execute("DELETE FROM entry WHERE account = ?", [account.as_str()])?;
            writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(gone)
        })
    }

    fn each(&self, filter: &Filter, order: Order, take: impl FnMut(Entry)) -> Result<(), LedgerError> {
        let read = self.with_reader(|reader| reading::each(reader, filter, order, take));
        read.map_err(|error| LedgerError::sql(&self.file, &error))
    }

    pub(crate) fn with_reader<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        read(&held(self.reader.as_ref().unwrap_or(&self.writer)))
    }

    fn with_writer<T>(&self, write: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, LedgerError> {
        write(&mut held(&self.writer)).map_err(|error| LedgerError::sql(&self.file, &error))
    }
}

const INSERT: &str = "INSERT INTO entry (at, account, kind, body) VALUES (?, ?, ?, ?)";

/// A thread that panicked has left no half transaction: it was rolled back when it was dropped.
fn held(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens the file and promises not to write to it when it is closed, until [`prepare`] says that it is ours.
fn connect(file: &Path) -> Result<Connection, LedgerError> {
    aside::make_private(file)?;
    let open = || {
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        Ok(connection)
    };
    open().map_err(|error| LedgerError::sql(file, &error))
}

/// Makes the connection the writer of an up-to-date file; says whether readers may have connections of their own.
fn prepare(writer: &mut Connection) -> rusqlite::Result<bool> {
    writer.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    let mode: String = writer.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    // No wait for the disk at each append: a power cut may cost the last few entries, but never the file.
    writer.pragma_update(None, "synchronous", "normal")?;
    // What is forgotten is written over: entries name people.
    writer.pragma_update(None, "secure_delete", true)?;
    schema::migrate(writer, schema::STEPS)?;
    Ok(mode == "wal")
}

#[cfg(test)]
mod tests;
