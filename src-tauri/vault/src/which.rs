//! Which secret of an account is meant.
//!
//! The invariant: each has a role of its own in its header, so that one put in the place of another does not open. What
//! this is not: the token; that is saved and read with what is remembered of it.

use crate::sealed::Role;

/// A secret of an account beside its token, in a file of its own: token saves never touch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    /// What the broker knows the program by.
    Client,
    /// What signs the messages of its webhook.
    Webhook,
}

impl Which {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Client, Self::Webhook];

    pub(crate) fn role(self) -> Role {
        match self {
            Self::Client => Role::ClientSecret,
            Self::Webhook => Role::WebhookSecret,
        }
    }
}
