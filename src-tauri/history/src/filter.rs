//! Which entries are meant, and the SQL that finds them.
//!
//! The invariant: values go into SQL as parameters only. What this is not: a query language; it has what the window,
//! the terminal and the export ask for.

use daypass_domain::{AccountId, Moment};
use rusqlite::types::Value;

/// Which entries are meant; the default is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this account's.
    pub account: Option<AccountId>,
    /// From this moment on, inclusive.
    pub since: Option<Moment>,
    /// Up to this moment, exclusive: so that two spans that touch share no entry.
    pub until: Option<Moment>,
    /// Only happenings with these names (`Happening::NAMES`); empty means all. Sums take no notice of it.
    pub kinds: Vec<String>,
    /// At most so many, the newest ones. Sums take no notice of it.
    pub limit: Option<usize>,
}

/// In which order they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    NewestFirst,
    OldestFirst,
}

/// A statement and what goes into its question marks.
pub(crate) struct Query {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl Filter {
    /// The same span and account, but everything in it; what sums are made from.
    pub(crate) fn whole(&self) -> Self {
        Self { kinds: Vec::new(), limit: None, ..self.clone() }
    }

    pub(crate) fn query(&self, order: Order) -> Query {
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        let mut add = |condition: &str, value: Value| {
            conditions.push(condition.to_owned());
            values.push(value);
        };
        if let Some(account) = &self.account {
            add("account = ?", account.as_str().to_owned().into());
        }
        if let Some(since) = self.since {
            add("at >= ?", since.timestamp_millis().into());
        }
        if let Some(until) = self.until {
            add("at < ?", until.timestamp_millis().into());
        }
        if !self.kinds.is_empty() {
            conditions.push(format!("kind IN ({})", vec!["?"; self.kinds.len()].join(", ")));
            values.extend(self.kinds.iter().cloned().map(Value::from));
        }
        let found = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        // The id decides within one millisecond: what was appended later is newer.
        let sorted = match order {
            Order::NewestFirst => "at DESC, id DESC",
            Order::OldestFirst => "at, id",
        };
        let mut sql = format!("SELECT at, account, body FROM entry{found} ORDER BY {sorted}");
        if let Some(limit) = self.limit {
            sql.push_str(" LIMIT ?");
            values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
        }
        Query { sql, values }
    }
}
