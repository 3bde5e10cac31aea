//! What a sign-in gave.

use crate::{Moment, Secret, UserId};

/// Tokens and their ends. Never serialised: only the vault writes it, in a form of its own.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What bots present to the broker.
    pub access: Secret,
    /// What renews it without a person, where the broker gives one.
    pub refresh: Option<Secret>,
    /// When we asked for the access token.
    pub issued_at: Moment,
    /// When a person last signed in; renewals keep it.
    pub granted_at: Moment,
    /// The access token's end; `None` if the broker gives none.
    pub access_ends: Option<Moment>,
    /// The end of what renews it; `None` if there is nothing or it has no known end.
    pub refresh_ends: Option<Moment>,
    /// Who signed in, as the broker's reply or profile says.
    pub user: Option<UserId>,
    /// A one-time refresh token that has been sent, so that it may be spent. Written to disk *before* it is sent.
    pub refresh_sent: bool,
}

impl Grant {
    /// Whether the access token's time is over. A token without an end is over only when the broker says so.
    pub fn ended(&self, now: Moment) -> bool {
        self.access_ends.is_some_and(|end| end <= now)
    }
}
