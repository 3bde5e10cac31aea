//! What the file looks like inside, and how an older one becomes today's.
//!
//! The invariant: a file is changed only after [`unfit`] has said that it is ours, and each step to a newer schema
//! happens whole or not at all. What this is not: a place for queries.

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

/// Marks our files among all SQLite files: "Dayp".
const APPLICATION_ID: i32 = 0x4461_7970;

/// Step n makes version n + 1. A step that has been released is never changed; a new one is added.
///
/// `at` is in milliseconds since 1970. An index on `at` alone serves all accounts, the other one a single account;
/// SQLite keeps the id at the end of each, so both give the order of the list without sorting. `kind` has none: it is
/// too seldom asked for to be paid for at each append.
pub(crate) const STEPS: &[&str] = &["
    CREATE TABLE entry (
        id      INTEGER PRIMARY KEY,
        at      INTEGER NOT NULL,
        account TEXT NOT NULL,
        kind    TEXT NOT NULL,
        body    TEXT NOT NULL
    ) STRICT;
    CREATE INDEX entry_at ON entry (at);
    CREATE INDEX entry_account_at ON entry (account, at);
"];

/// Why a file cannot be the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// No database, or one whose pages do not fit together.
    Damaged,
    /// A good database of somebody else.
    Foreign,
    /// Ours, but from a program that knows more than this one.
    Newer,
}

/// Looks at a file without changing it; `None` means it is ours or empty.
pub(crate) fn unfit(connection: &Connection, steps: &[&str]) -> rusqlite::Result<Option<Unfit>> {
    match look(connection, steps) {
        Err(error) if damaged(&error) => Ok(Some(Unfit::Damaged)),
        seen => seen,
    }
}

/// Whether the error says that the file itself is bad.
pub(crate) fn damaged(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

fn look(connection: &Connection, steps: &[&str]) -> rusqlite::Result<Option<Unfit>> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let ours = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    if (ours, version, number("SELECT count(*) FROM sqlite_schema")?) == (0, 0, 0) {
        return Ok(None);
    }
    if ours != i64::from(APPLICATION_ID) {
        return Ok(Some(Unfit::Foreign));
    }
    if usize::try_from(version).is_ok_and(|version| version > steps.len()) {
        return Ok(Some(Unfit::Newer));
    }
    // Reads the whole file: tens of milliseconds a year and account, and nobody waits for the ledger.
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    let whole = verdict == "ok" && (usize::try_from(version) != Ok(steps.len()) || has_its_table(connection)?);
    Ok((!whole).then_some(Unfit::Damaged))
}

/// A file may carry our mark and have lost its table: somebody had a tool and an idea.
fn has_its_table(connection: &Connection) -> rusqlite::Result<bool> {
    match connection.prepare("SELECT id, at, account, kind, body FROM entry") {
        // SQLite's plain "error" means that the statement makes no sense in this file.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::Unknown) => Ok(false),
        prepared => prepared.map(|_| true),
    }
}

/// Takes the steps that the file has not had yet.
pub(crate) fn migrate(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for (step, version) in steps.iter().zip(1..).skip(usize::try_from(version).unwrap_or(0)) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Connection {
        Connection::open_in_memory().expect("a database")
    }

    fn version(connection: &Connection) -> i64 {
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a version")
    }

    const NEXT: &[&str] = &[STEPS[0], "ALTER TABLE entry ADD COLUMN note TEXT; UPDATE entry SET note = 'old';"];

    #[test]
    fn an_older_file_takes_the_missing_steps_and_keeps_its_rows() {
        let mut connection = fresh();
        migrate(&mut connection, STEPS).expect("version 1");
        connection
            .execute("INSERT INTO entry (at, account, kind, body) VALUES (1, 'a', 'ended', '{}')", [])
            .expect("row");
        migrate(&mut connection, NEXT).expect("version 2");
        migrate(&mut connection, NEXT).expect("nothing left to do");
        assert_eq!(version(&connection), 2);
        let row: (i64, String) =
            connection.query_row("SELECT at, note FROM entry", [], |row| Ok((row.get(0)?, row.get(1)?))).expect("row");
        assert_eq!(row, (1, "old".to_owned()));
        assert_eq!(unfit(&connection, STEPS), Ok(Some(Unfit::Newer)), "the older program does not touch it");
    }

    #[test]
    fn a_step_that_fails_changes_nothing() {
        let mut connection = fresh();
        let broken = &[STEPS[0], "ALTER TABLE entry ADD COLUMN note TEXT; INSERT INTO nowhere VALUES (1);"];
        migrate(&mut connection, broken).expect_err("the second step");
        assert_eq!(version(&connection), 1);
        connection.prepare("SELECT note FROM entry").expect_err("half a step is none");
        assert_eq!(unfit(&connection, STEPS), Ok(None));
    }

    #[test]
    fn only_our_files_and_empty_ones_are_fit() {
        for (sentence, made_by, verdict) in [
            ("nothing in it yet", "", None),
            ("a table of somebody else", "CREATE TABLE t (x)", Some(Unfit::Foreign)),
            ("a mark of somebody else", "PRAGMA application_id = 7", Some(Unfit::Foreign)),
            ("a version without our mark", "PRAGMA user_version = 1", Some(Unfit::Foreign)),
        ] {
            let connection = fresh();
            connection.execute_batch(made_by).expect("made");
            assert_eq!(unfit(&connection, STEPS), Ok(verdict), "{sentence}");
        }
    }
}
