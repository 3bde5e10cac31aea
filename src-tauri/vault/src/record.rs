//! What is inside a sealed token file, and its form there.
//!
//! The form is the vault's own: tokens have no `Serialize`, so that nothing else can write them by accident. Fields may
//! be added; an older file simply lacks them. What this is not: encryption.

use daypass_domain::{Generation, Grant, Moment, Secret, UserId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// All that is kept of one account besides its client secret.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The tokens, if somebody is signed in.
    pub grant: Option<Grant>,
    /// Which token of this account it is.
    pub generation: Generation,
    /// What the manager wants to find again after a restart. Not secret, and not read here.
    pub facts: serde_json::Value,
    /// The tokens of a sign-in that is not proven yet.
    pub candidate: Option<Grant>,
}

#[derive(Serialize)]
struct Written<'a> {
    grant: Option<WrittenGrant<'a>>,
    generation: Generation,
    facts: &'a serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<WrittenGrant<'a>>,
}

#[derive(Serialize)]
struct WrittenGrant<'a> {
    access: &'a str,
    refresh: Option<&'a str>,
    issued_at: Moment,
    granted_at: Moment,
    access_ends: Option<Moment>,
    refresh_ends: Option<Moment>,
    user: Option<&'a UserId>,
    refresh_sent: bool,
}

#[derive(Deserialize)]
struct Read {
    grant: Option<ReadGrant>,
    generation: Generation,
    #[serde(default)]
    facts: serde_json::Value,
    #[serde(default)]
    candidate: Option<ReadGrant>,
}

#[derive(Deserialize)]
struct ReadGrant {
    access: Secret,
    refresh: Option<Secret>,
    issued_at: Moment,
    granted_at: Moment,
    access_ends: Option<Moment>,
    refresh_ends: Option<Moment>,
    user: Option<UserId>,
    #[serde(default)]
    refresh_sent: bool,
}

/// The plain text, in memory that is wiped.
pub(crate) fn write(stored: &Stored) -> Zeroizing<Vec<u8>> {
    let (grant, candidate) = (stored.grant.as_ref().map(written), stored.candidate.as_ref().map(written));
    // Roomy enough even if every character of a token is escaped: a buffer that has to grow leaves copies behind.
    let tokens: usize = grant.iter().chain(&candidate).map(|g| g.access.len() + g.refresh.map_or(0, str::len)).sum();
    let mut text = Zeroizing::new(Vec::with_capacity(6 * tokens + stored.facts.to_string().len() + 2048));
    let written = Written { grant, generation: stored.generation, facts: &stored.facts, candidate };
    serde_json::to_writer(&mut *text, &written).expect("plain fields always become JSON");
    text
}

fn written(grant: &Grant) -> WrittenGrant<'_> {
    WrittenGrant {
        access: grant.access.expose(),
        refresh: grant.refresh.as_ref().map(Secret::expose),
        issued_at: grant.issued_at,
        granted_at: grant.granted_at,
        access_ends: grant.access_ends,
        refresh_ends: grant.refresh_ends,
        user: grant.user.as_ref(),
        refresh_sent: grant.refresh_sent,
    }
}

/// Back again; `None` if it is not what [`write`] makes.
pub(crate) fn read(text: &[u8]) -> Option<Stored> {
    let Read { grant, generation, facts, candidate } = serde_json::from_slice(text).ok()?;
    Some(Stored { grant: grant.map(Grant::from), generation, facts, candidate: candidate.map(Grant::from) })
}

impl From<ReadGrant> for Grant {
    fn from(read: ReadGrant) -> Self {
        Self {
            access: read.access,
            refresh: read.refresh,
            issued_at: read.issued_at,
            granted_at: read.granted_at,
            access_ends: read.access_ends,
            refresh_ends: read.refresh_ends,
            user: read.user,
            refresh_sent: read.refresh_sent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_comes_back() {
        let at = |seconds| Moment::from_timestamp(seconds, 123_000_000).expect("a moment");
        let grant = Grant {
            access: Secret::new("access \"quoted\" \u{1}token"),
            refresh: Some(Secret::new("refresh-token")),
            issued_at: at(10),
            granted_at: at(5),
            access_ends: Some(at(20)),
            refresh_ends: None,
            user: Some(UserId("AB1234".into())),
            refresh_sent: true,
        };
        let candidate = Grant { access: Secret::new("not yet proven"), refresh: None, ..grant.clone() };
        let facts = serde_json::json!({"failures": 2});
        let stored = Stored { grant: Some(grant), generation: Generation(9), facts, candidate: Some(candidate) };
        let text = write(&stored);
        let back = read(&text).expect("our own form");
        assert_eq!(*write(&back), *text);
        assert!(back.candidate.is_some_and(|candidate| candidate.access.expose() == "not yet proven"));
        let grant = back.grant.expect("a grant");
        assert_eq!(grant.access.expose(), "access \"quoted\" \u{1}token");
        assert_eq!((grant.issued_at, grant.user), (at(10), Some(UserId("AB1234".into()))));
        assert!(grant.refresh_sent && back.facts["failures"] == 2 && back.generation == Generation(9));
    }

    #[test]
    fn something_else_is_not_read() {
        for text in ["", "{}", "[]", "{\"grant\":{},\"generation\":1}"] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }
}
