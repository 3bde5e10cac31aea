//! Everything that happened, with its time, and the same as a page to read.

use chrono_tz::Tz;
use daypass_domain::{AccountId, Generation, Moment};
use daypass_manager::event::{Ending, LogLevel, Reply, Ticket};
use daypass_manager::notice::{Notice, Telling};
use daypass_manager::{Refused, view::Level};
use std::fmt::Write as _;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A line of the log.
    Log(LogLevel, String),
    /// A notification was shown.
    Shown(Notice),
    /// The notification was taken away.
    Withdrawn,
    /// A listener was opened for a sign-in.
    Listening,
    /// A browser tab was opened.
    Tab,
    /// The sign-in's page says how it ended.
    Closed(Ending),
    /// Bots may have this generation.
    Delivered(Generation),
    /// This generation was written to disk.
    Saved(Generation),
    /// An ask was answered.
    Replied(Ticket, Result<Reply, Refused>),
    /// The level changed.
    Level(Level),
}

/// The record of a world.
#[derive(Debug, Default)]
pub struct Record {
    /// In the order in which it happened.
    pub entries: Vec<(Moment, AccountId, Entry)>,
    /// What the ledger was told.
    pub ledger: Vec<daypass_domain::ledger::Entry>,
}

impl Record {
    pub(super) fn note(&mut self, now: Moment, id: &AccountId, entry: Entry) {
        self.entries.push((now, id.clone(), entry));
    }

    pub(super) fn tell(&mut self, now: Moment, telling: Telling) {
        let (id, entry) = match telling {
            Telling::Show(notice) => (notice.account.clone(), Entry::Shown(notice)),
            Telling::Withdraw { account } => (account, Entry::Withdrawn),
        };
        let id = AccountId::new(id).expect("a telling names its account");
        self.entries.push((now, id, entry));
    }

    /// The kinds of the notifications so far, in order.
    pub fn shown(&self) -> Vec<&str> {
        self.notices().map(|(_, notice)| notice.kind.as_str()).collect()
    }

    /// The notifications so far, with their times.
    pub fn notices(&self) -> impl Iterator<Item = (Moment, &Notice)> {
        self.entries.iter().filter_map(|(at, _, entry)| match entry {
            Entry::Shown(notice) => Some((*at, notice)),
            _ => None,
        })
    }

    /// The log's lines so far, in order.
    pub fn log(&self) -> Vec<&str> {
        self.entries
            .iter()
            .filter_map(|(_, _, entry)| match entry {
                Entry::Log(_, line) => Some(line.as_str()),
                _ => None,
            })
            .collect()
    }

    /// How many browser tabs were opened.
    pub fn tabs(&self) -> usize {
        self.entries.iter().filter(|(_, _, entry)| matches!(entry, Entry::Tab)).count()
    }

    /// The generations that bots were given, in order.
    pub fn delivered(&self) -> Vec<u64> {
        self.entries
            .iter()
            .filter_map(|(_, _, entry)| match entry {
                Entry::Delivered(generation) => Some(generation.0),
                _ => None,
            })
            .collect()
    }

    /// How sign-ins ended, in order.
    pub fn endings(&self) -> Vec<&Ending> {
        self.entries
            .iter()
            .filter_map(|(_, _, entry)| match entry {
                Entry::Closed(ending) => Some(ending),
                _ => None,
            })
            .collect()
    }

    /// The replies to one ask.
    pub fn replies(&self, ticket: Ticket) -> Vec<&Result<Reply, Refused>> {
        self.entries
            .iter()
            .filter_map(|(_, _, entry)| match entry {
                Entry::Replied(to, reply) if *to == ticket => Some(reply),
                _ => None,
            })
            .collect()
    }

    /// What a person could notice, from a moment on: one line each, in that zone's time.
    pub fn page(&self, zone: Tz, since: Moment) -> String {
        let mut page = String::new();
        for (at, _, entry) in self.entries.iter().filter(|(at, ..)| *at >= since) {
            let what = match entry {
                Entry::Shown(notice) => format!("notification {}: {} {}", notice.kind, notice.title, notice.body),
                Entry::Withdrawn => "notification withdrawn".to_owned(),
                Entry::Tab => "browser opens".to_owned(),
                Entry::Closed(Ending::SignedIn { .. }) => "page: signed in".to_owned(),
                Entry::Closed(Ending::TooLate { .. }) => "page: too late".to_owned(),
                Entry::Closed(Ending::Cancelled) => "page: cancelled".to_owned(),
                Entry::Closed(Ending::WrongUser { got, .. }) => format!("page: {got} is the wrong user"),
                Entry::Closed(Ending::Failed(problem)) => format!("page: {}", problem.what),
                Entry::Delivered(generation) => format!("bots have token {generation}"),
                Entry::Level(level) => format!("icon {level:?}").to_lowercase(),
                Entry::Log(..) | Entry::Listening | Entry::Saved(_) | Entry::Replied(..) => continue,
            };
            let local = at.with_timezone(&zone);
            let shape = if local.format("%S").to_string() == "00" { "%a %H:%M" } else { "%a %H:%M:%S" };
            // Writing to a string cannot fail.
            let _ = writeln!(page, "{} {}", local.format(shape), what.trim());
        }
        page
    }
}
