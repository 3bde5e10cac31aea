//! The file: who may read it, and what becomes of one that cannot be used.

use super::*;
use daypass_history::{FILE, Filter};
use rusqlite::Connection;
use std::fs;

fn ended() -> Entry {
    entry("upstox", "2026-11-18T03:45:00Z", Happening::Ended)
}

#[cfg(unix)]
#[test]
fn every_file_is_for_this_user_only_even_if_it_was_wider() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(FILE), "").expect("a file");
    fs::set_permissions(folder.path().join(FILE), fs::Permissions::from_mode(0o644)).expect("wide");
    let ledger = open(folder.path());
    ledger.append(&[ended()]).expect("appended");
    let names = fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let modes: Vec<_> =
        names.map(|path| (path.clone(), fs::metadata(path).expect("a file").permissions().mode() & 0o777)).collect();
    assert_eq!(modes.len(), 3, "the database, its log and the log's index: {modes:?}");
    assert!(modes.iter().all(|(_, mode)| *mode == 0o600), "{modes:?}");
}

#[test]
fn a_file_that_is_in_order_says_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for entries in 1..4 {
        let ledger = open(folder.path());
        assert_eq!(ledger.notice(), None);
        ledger.append(&[ended()]).expect("appended");
        assert_eq!(ledger.list(&Filter::default()).map(|list| list.len()), Ok(entries));
    }
}

/// A ledger with enough in it to have many pages, closed.
fn filled(folder: &Path) -> Vec<u8> {
    open(folder).append(&vec![ended(); 5_000]).expect("appended");
    fs::read(folder.join(FILE)).expect("a file")
}

/// What is made of a good file, and what is said about it.
type Spoiling = fn(&Path);

#[test]
fn a_file_that_cannot_be_used_is_put_aside_untouched() {
    let rows: &[(&str, Spoiling, &str)] = &[
        ("a text", |file| fs::write(file, "not a database").expect("written"), "LEDGER_WAS_DAMAGED"),
        ("nonsense at the beginning", |file| overwrite(file, 0), "LEDGER_WAS_DAMAGED"),
        ("nonsense in the middle", |file| overwrite(file, 3 * 4096), "LEDGER_WAS_DAMAGED"),
        ("the second half is missing", cut_in_half, "LEDGER_WAS_DAMAGED"),
        ("the table is missing", |file| change(file, "DROP TABLE entry"), "LEDGER_WAS_DAMAGED"),
        ("another program's", |file| change(file, "PRAGMA application_id = 7"), "LEDGER_WAS_FOREIGN"),
        ("a newer version's", |file| change(file, "PRAGMA user_version = 99"), "LEDGER_WAS_NEWER"),
    ];
    for (sentence, spoil, code) in rows {
        let folder = tempfile::tempdir().expect("a folder");
        filled(folder.path());
        spoil(&folder.path().join(FILE));
        let spoilt = fs::read(folder.path().join(FILE)).expect("a file");
        let ledger = open(folder.path());
        let notice = ledger.notice().unwrap_or_else(|| panic!("{sentence}: no notice"));
        let aside = folder.path().join("history.db.damaged-20261118T034500Z");
        assert_eq!(notice.code, *code, "{sentence}");
        assert!(notice.what.contains(&aside.display().to_string()), "{sentence}: {notice}");
        assert!(fs::read(&aside).expect("put aside") == spoilt, "{sentence}: not a byte is changed");
        ledger.append(&[ended()]).expect("a new one was begun");
        drop(ledger);
        let again = open(folder.path());
        assert_eq!(again.notice(), None, "{sentence}: said once");
        assert_eq!(again.list(&Filter::default()), Ok(vec![ended()]), "{sentence}");
    }
}

fn overwrite(file: &Path, from: usize) {
    let mut bytes = fs::read(file).expect("a file");
    bytes[from..from + 64].fill(0xA5);
    fs::write(file, bytes).expect("written");
}

fn cut_in_half(file: &Path) {
    let bytes = fs::read(file).expect("a file");
    fs::write(file, &bytes[..bytes.len() / 2]).expect("written");
}

fn change(file: &Path, sql: &str) {
    Connection::open(file).and_then(|connection| connection.execute_batch(sql)).expect("changed");
}

#[test]
fn what_a_crash_left_in_the_log_is_read_and_goes_where_the_file_goes() {
    let (alive, crashed) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let ledger = open(alive.path());
    ledger.append(&[ended()]).expect("appended");
    for ending in ["", "-wal"] {
        let name = format!("{FILE}{ending}");
        fs::copy(alive.path().join(&name), crashed.path().join(&name)).expect("as after kill -9");
    }
    let recovered = open(crashed.path());
    assert_eq!((recovered.notice(), recovered.list(&Filter::default())), (None, Ok(vec![ended()])));
    drop(recovered);

    change(&alive.path().join(FILE), "PRAGMA user_version = 99");
    let log = fs::read(alive.path().join(format!("{FILE}-wal"))).expect("a log");
    for ending in ["", "-wal"] {
        let name = format!("{FILE}{ending}");
        fs::copy(alive.path().join(&name), crashed.path().join(&name)).expect("as after kill -9");
    }
    assert_eq!(open(crashed.path()).notice().map(|notice| notice.code.as_ref()), Some("LEDGER_WAS_NEWER"));
    let kept = fs::read(crashed.path().join("history.db.damaged-20261118T034500Z-wal")).expect("the log as well");
    assert!(kept == log, "not a byte is changed");
}

#[test]
fn a_folder_that_cannot_be_used_is_an_error_and_changes_nothing() {
    let root = tempfile::tempdir().expect("a folder");
    let file = root.path().join("file");
    fs::write(&file, "mine").expect("a file");
    let in_the_way = root.path().join("taken");
    fs::create_dir_all(in_the_way.join(FILE)).expect("a folder of that name");
    for (sentence, folder) in [
        ("there is no such folder", root.path().join("missing")),
        ("it is a file", file.clone()),
        ("a folder has the file's name", in_the_way.clone()),
    ] {
        let problem = Ledger::open(&folder, now()).expect_err(sentence).problem();
        assert!(problem.what.contains(&folder.join(FILE).display().to_string()), "{sentence}: {problem}");
    }
    assert_eq!(fs::read_to_string(&file).expect("still there"), "mine");
    assert!(in_the_way.join(FILE).is_dir());
}

#[test]
fn a_reader_that_takes_its_time_delays_no_append() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = open(folder.path());
    ledger.append(&[ended(), ended()]).expect("appended");
    let other = Connection::open(folder.path().join(FILE)).expect("another program");
    let mut statement = other.prepare("SELECT id FROM entry").expect("a statement");
    let mut rows = statement.query([]).expect("rows");
    rows.next().expect("a row");
    assert_eq!(ledger.append(&[ended()]), Ok(()), "in the middle of the reading");
    assert_eq!(ledger.prune(now()), Ok(0));
}
