//! Reading entries back, one after the other, in an order that an index gives.
//!
//! The invariant: no query sorts. What this is not: a check of the file; a row that this version does not understand (a
//! newer one wrote it) is left out of the answer and stays where it is.

use crate::filter::{Filter, Order};
use chrono::DateTime;
use daypass_domain::{AccountId, Entry};
use rusqlite::{Connection, params_from_iter};

/// Gives each entry that is meant to `take`.
pub(crate) fn each(
    connection: &Connection,
    filter: &Filter,
    order: Order,
    mut take: impl FnMut(Entry),
) -> rusqlite::Result<()> {
    let query = filter.query(order);
    let mut statement = connection.prepare_cached(&query.sql)?;
    let mut rows = statement.query(params_from_iter(query.values))?;
    let mut strange = 0_u64;
    while let Some(row) = rows.next()? {
        let (at, account, body) = (row.get(0)?, row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
        match understood(at, account, body) {
            Some(entry) => take(entry),
            None => strange += 1,
        }
    }
    if strange > 0 {
        tracing::warn!(strange, "entries of the ledger that this version does not understand were left out");
    }
    Ok(())
}

fn understood(at: i64, account: &str, body: &str) -> Option<Entry> {
    Some(Entry {
        at: DateTime::from_timestamp_millis(at)?,
        account: AccountId::new(account).ok()?,
        happening: serde_json::from_str(body).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ledger;
    use daypass_domain::{Happening, Moment};

    fn at(text: &str) -> Moment {
        text.parse().expect("a test's moment")
    }

    fn id(text: &str) -> AccountId {
        AccountId::new(text).expect("an id")
    }

    /// SQLite's own account of how it would answer.
    fn plan(connection: &Connection, filter: &Filter, order: Order) -> String {
        let query = filter.query(order);
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", query.sql)).expect("a plan");
        let lines = statement.query_map(params_from_iter(query.values), |row| row.get::<_, String>(3)).expect("lines");
        lines.map(|line| line.expect("a line")).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn every_question_is_answered_from_an_index_without_sorting() {
        let ledger = Ledger::in_memory().expect("a ledger");
        let all = Filter::default();
        let span = Filter {
            since: Some(at("2026-01-01T00:00:00Z")),
            until: Some(at("2027-01-01T00:00:00Z")),
            ..Filter::default()
        };
        for (sentence, filter, index) in [
            ("everything", all.clone(), "entry_at"),
            ("a page", Filter { limit: Some(100), ..all.clone() }, "entry_at"),
            ("a span", span.clone(), "entry_at"),
            ("one account", Filter { account: Some(id("upstox")), ..all.clone() }, "entry_account_at"),
            ("one account's span", Filter { account: Some(id("upstox")), ..span.clone() }, "entry_account_at"),
            ("one kind", Filter { kinds: vec!["refused".to_owned()], ..all }, "entry_at"),
            (
                "one account's kinds in a span",
                Filter { account: Some(id("upstox")), kinds: vec!["ended".to_owned(), "refused".to_owned()], ..span },
                "entry_account_at",
            ),
        ] {
            for order in [Order::NewestFirst, Order::OldestFirst] {
                let plan = ledger.with_reader(|connection| plan(connection, &filter, order));
                assert!(plan.contains(&format!("USING INDEX {index}")), "{sentence}, {order:?}: {plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{sentence}, {order:?}: {plan}");
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_left_out_and_stays() {
        let ledger = Ledger::in_memory().expect("a ledger");
        let known = Entry { at: at("2026-11-18T03:45:00Z"), account: id("upstox"), happening: Happening::Ended };
        ledger.append(std::slice::from_ref(&known)).expect("appended");
        ledger.with_reader(|connection| {
            connection
                .execute_batch(
                    r#"INSERT INTO entry (at, account, kind, body) VALUES (1, 'upstox', 'new', '{"happened":"new"}');
                    INSERT INTO entry (at, account, kind, body) VALUES (2, 'NO ID', 'ended', '{"happened":"ended"}');"#,
                )
                .expect("rows of a newer version");
        });
        assert_eq!(ledger.list(&Filter::default()), Ok(vec![known]));
        let rows: i64 = ledger.with_reader(|connection| {
            connection.query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("a number")
        });
        assert_eq!(rows, 3);
    }
}
