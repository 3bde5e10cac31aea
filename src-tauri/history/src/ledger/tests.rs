//! A disk that fills up and a file that goes bad under an open ledger; the rest is tested from outside.

use super::*;
use daypass_domain::Happening;

fn at(text: &str) -> Moment {
    text.parse().expect("a test's moment")
}

fn told(number: usize) -> Entry {
    Entry {
        at: at("2026-11-18T03:45:00Z"),
        account: AccountId::new("upstox").expect("an id"),
        happening: Happening::Told { kind: format!("{number} {}", "x".repeat(150)).into() },
    }
}

fn open(folder: &Path) -> Ledger {
    Ledger::open(folder, at("2026-11-18T03:45:00Z")).expect("a ledger")
}

/// SQLite answers like on a full disk once a file may not grow any more.
fn limit(ledger: &Ledger, pages: u32) {
    held(&ledger.writer).pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).expect("a limit");
}

#[test]
fn a_full_disk_loses_nothing_that_was_there_and_heals() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = open(folder.path());
    ledger.append(&[told(0)]).expect("there is room");
    limit(&ledger, 8);
    let many: Vec<_> = (1..1_000).map(told).collect();
    let error = ledger.append(&many).expect_err("no room");
    assert_eq!(error, LedgerError::Full { file: folder.path().join(FILE) });
    assert_eq!(ledger.list(&Filter::default()), Ok(vec![told(0)]), "whole or not at all");
    limit(&ledger, 1_000_000);
    ledger.append(&many).expect("there is room again");
    assert_eq!(ledger.list(&Filter::default()).map(|entries| entries.len()), Ok(1_000));
}

#[test]
fn a_file_that_may_not_be_written_is_still_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = open(folder.path());
    ledger.append(&[told(0)]).expect("writable");
    held(&ledger.writer).pragma_update(None, "query_only", true).expect("closed");
    let error = ledger.append(&[told(1)]).expect_err("read-only");
    assert_eq!(error, LedgerError::ReadOnly { file: folder.path().join(FILE) });
    assert_eq!(ledger.list(&Filter::default()), Ok(vec![told(0)]));
}

#[test]
fn the_log_is_written_ahead_and_readers_have_their_own_connection() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = open(folder.path());
    let mode: String =
        ledger.with_reader(|reader| reader.query_row("PRAGMA journal_mode", [], |row| row.get(0))).expect("a mode");
    assert_eq!(mode, "wal");
    ledger.append(&[told(0), told(1)]).expect("appended");
    let read =
        reading::each(&held(ledger.reader.as_ref().expect("its own")), &Filter::default(), Order::OldestFirst, |_| {
            ledger.append(&[told(2)]).expect("an append in the middle of a reading");
        });
    assert_eq!(read, Ok(()));
    assert_eq!(ledger.list(&Filter::default()).map(|entries| entries.len()), Ok(4), "it saw two and added two");
}

#[test]
fn another_writer_is_named_as_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = open(folder.path());
    held(&ledger.writer).busy_timeout(std::time::Duration::ZERO).expect("no patience");
    let other = Connection::open(folder.path().join(FILE)).expect("another program");
    other.execute_batch("BEGIN IMMEDIATE").expect("held");
    assert_eq!(ledger.append(&[told(0)]), Err(LedgerError::Busy { file: folder.path().join(FILE) }));
    other.execute_batch("COMMIT").expect("let go");
    assert_eq!(ledger.append(&[told(0)]), Ok(()));
}

#[test]
fn five_years_are_kept() {
    assert_eq!(kept_since(at("2026-11-18T03:45:00Z")), at("2021-11-18T03:45:00Z"));
    assert_eq!(kept_since(at("2028-02-29T00:00:00Z")), at("2023-02-28T00:00:00Z"), "a leap day");
}
