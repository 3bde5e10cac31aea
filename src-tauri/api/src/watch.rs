//! What a watcher is told: from how an account looked to how it looks now.
//!
//! The invariant: a new token is told only when it may be taken, and each change once. What this is not: a stream; the
//! clients make one of it.

use crate::contract::{Change, Watched};
use crate::token_status::TokenStatus;
use daypass_domain::Moment;
use daypass_manager::view::{AccountView, Ready, SavedState, Standing};

/// What the watcher knows.
#[derive(Clone, Debug, Default)]
pub struct Watcher {
    /// The token that it was told of last, or came with. One with a smaller number may follow: see [`Wanted::is_other`].
    generation: Option<u64>,
    last: Option<Seen>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    valid: bool,
    refused: bool,
    ready: Option<Ready>,
}

impl Watcher {
    /// Knows this token already, from before.
    pub fn after(generation: Option<u64>) -> Self {
        Self { generation, last: None }
    }

    /// What there is to tell, the most important first.
    pub fn looks(&mut self, account: &AccountView, now: Moment) -> Vec<Watched> {
        let seen = Seen {
            valid: account.valid,
            refused: account.standing == Standing::EndedEarly,
            ready: account.readiness.as_ref().map(|readiness| readiness.state),
        };
        // A token that is still on its way to the disk is not handed out yet.
        let on_its_way = account.saved.state == SavedState::Pending && self.generation != Some(account.generation);
        if on_its_way {
            return Vec::new();
        }
        let before = self.last.replace(seen);
        let known = self.generation.replace(account.generation);
        let other = account.valid && known.is_some_and(|known| account.generation != known);
        let changes = match before {
            None if other => vec![Change::Generation],
            None => vec![Change::State],
            Some(before) => [
                (other || (seen.valid && !before.valid), Change::Generation),
                (seen.refused && !before.refused, Change::Refused),
                (before.valid && !seen.valid && !seen.refused, Change::Ended),
                (seen.ready != before.ready, Change::Readiness),
            ]
            .into_iter()
            .filter_map(|(so, change)| so.then_some(change))
            .collect(),
        };
        changes.into_iter().map(|event| Watched { event, status: TokenStatus::of(account, now) }).collect()
    }
}

#[cfg(test)]
mod tests;
