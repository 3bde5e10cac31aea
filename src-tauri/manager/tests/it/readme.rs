//! The table "what happens when" of the README: it is what the rules say, or this fails.
//!
//! `DAYPASS_WRITE_README=1 cargo test -p daypass-manager readme` writes it anew after a rule has changed.

use daypass_domain::Policy;
use daypass_manager::timetable;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
const BEGINS: &str = "<!-- timetable -->\n";
const ENDS: &str = "<!-- /timetable -->";

#[test]
fn the_readme_says_what_the_rules_say() {
    let readme = std::fs::read_to_string(README).expect("the README");
    let (before, rest) = readme.split_once(BEGINS).expect("the mark where the table begins");
    let (written, after) = rest.split_once(ENDS).expect("the mark where the table ends");
    let table = timetable(&Policy::default());
    if std::env::var_os("DAYPASS_WRITE_README").is_some() {
        std::fs::write(README, format!("{before}{BEGINS}{table}{ENDS}{after}")).expect("the README can be written");
        return;
    }
    assert_eq!(written, table, "set DAYPASS_WRITE_README=1 to write the table anew");
}

#[test]
fn the_table_follows_the_settings() {
    let policy = Policy { ready_before: chrono::Duration::minutes(45), ..Policy::default() };
    let table = timetable(&policy);
    assert!(table.contains("| 08:30 IST | The token should be proven by now."), "{table}");
    assert!(!table.contains("08:45"), "{table}");
}
