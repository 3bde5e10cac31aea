//! What came of one sign-in: its access tokens, and the refresh tokens that follow each other.
//!
//! The invariant: of the refresh tokens of a family one works; naming one that has been replaced ends the whole family,
//! because either a thief or the owner holds a copy (RFC 9700, 4.14.2). What this is not: forgiving; a client that lost
//! an answer needs a person.

use crate::books::Terms;
use crate::codes::Approval;
use crate::options::Rotation;
use crate::random;
use chrono::Duration;
use daypass_domain::Moment;
use std::collections::{HashMap, HashSet};

/// All sign-ins that still matter.
#[derive(Default)]
pub(crate) struct Families {
    families: HashMap<u64, Family>,
    next: u64,
}

struct Family {
    client: String,
    user: String,
    scope: Option<String>,
    /// The code it began with: naming it again ends the family.
    code: String,
    refresh: String,
    /// `None`: for ever.
    refresh_ends: Option<Moment>,
    replaced: HashSet<String>,
    access: HashMap<String, Moment>,
}

/// What a grant gives.
pub(super) struct Issued {
    pub(super) access: String,
    pub(super) expires_in: i64,
    /// `None` where the old one stays good.
    pub(super) refresh: Option<String>,
    pub(super) refresh_expires_in: Option<i64>,
    pub(super) scope: Option<String>,
}

impl Families {
    /// A new family for what a person approved.
    pub(super) fn begin(&mut self, approval: &Approval, code: &str, (terms, now): (Terms, Moment)) -> Issued {
        self.forget_ended(now);
        let mut family = Family {
            client: approval.client.clone(),
            user: approval.user.clone(),
            scope: approval.scope.clone(),
            code: code.to_owned(),
            refresh: new_refresh(),
            refresh_ends: terms.refresh_life.map(|life| now + life),
            replaced: HashSet::new(),
            access: HashMap::new(),
        };
        let mut issued = family.issue(terms, now);
        issued.refresh = Some(family.refresh.clone());
        self.next += 1;
        self.families.insert(self.next, family);
        issued
    }

    /// A renewal. `None` if this refresh token does not work for this client, or not any more.
    pub(super) fn renew(&mut self, token: &str, client: &str, (terms, now): (Terms, Moment)) -> Option<Issued> {
        let (number, family) =
            self.families.iter_mut().find(|(_, f)| f.refresh == token || f.replaced.contains(token))?;
        let number = *number;
        if family.refresh != token {
            self.families.remove(&number);
            return None;
        }
        if family.client != client || family.refresh_ends.is_some_and(|ends| ends <= now) {
            return None;
        }
        if terms.sliding {
            family.refresh_ends = terms.refresh_life.map(|life| now + life);
        }
        let mut issued = family.issue(terms, now);
        if terms.rotation == Rotation::OneTime {
            family.replaced.insert(std::mem::replace(&mut family.refresh, new_refresh()));
            issued.refresh = Some(family.refresh.clone());
        }
        Some(issued)
    }

    /// A code that was spent before is named again: whatever came of it ends (RFC 6749, 4.1.2).
    pub(super) fn code_named_again(&mut self, code: &str) {
        self.families.retain(|_, family| family.code != code);
    }

    /// Whose access token this is, if it works.
    pub(super) fn owner(&self, access: &str, now: Moment) -> Option<String> {
        let family = self.families.values().find(|family| family.access.get(access).is_some_and(|ends| *ends > now))?;
        Some(family.user.clone())
    }

    /// Ends an access token, or with a refresh token everything of its family. `false` if it is another client's.
    pub(super) fn end(&mut self, token: &str, client: &str) -> bool {
        let of = |family: &Family| {
            family.refresh == token || family.replaced.contains(token) || family.access.contains_key(token)
        };
        let Some((number, family)) = self.families.iter_mut().find(|(_, family)| of(family)) else { return true };
        if family.client != client {
            return false;
        }
        let number = *number;
        if family.access.remove(token).is_none() {
            self.families.remove(&number);
        }
        true
    }

    /// Families that can neither renew nor answer for a token are history.
    fn forget_ended(&mut self, now: Moment) {
        self.families.retain(|_, family| {
            family.access.retain(|_, ends| *ends > now);
            !family.access.is_empty() || family.refresh_ends.is_none_or(|ends| ends > now)
        });
    }
}

impl Family {
    fn issue(&mut self, terms: Terms, now: Moment) -> Issued {
        let life = terms.life.unwrap_or(terms.access_life);
        let access = format!("practice-access-{}", random::word());
        self.access.retain(|_, ends| *ends > now);
        self.access.insert(access.clone(), now + life);
        Issued {
            access,
            expires_in: life.num_seconds(),
            refresh: None,
            refresh_expires_in: self.refresh_ends.map(|ends| whole_seconds(ends - now)),
            scope: self.scope.clone(),
        }
    }
}

fn new_refresh() -> String {
    format!("practice-refresh-{}", random::word())
}

fn whole_seconds(span: Duration) -> i64 {
    span.num_seconds().max(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Wire;

    const NOW: Moment = Moment::UNIX_EPOCH;

    fn terms(rotation: Rotation) -> Terms {
        let minutes = Duration::minutes;
        Terms { life: None, access_life: minutes(30), refresh_life: Some(minutes(90)), sliding: false, rotation }
    }

    fn signed_in(terms: Terms) -> (Families, Issued) {
        let text = |text: &str| text.to_owned();
        let approval = Approval {
            wire: Wire::OAuth2,
            client: text("key"),
            redirect: text("http://localhost:1/"),
            user: text("AB1234"),
            challenge: None,
            scope: None,
        };
        let mut families = Families::default();
        let issued = families.begin(&approval, "code", (terms, NOW));
        (families, issued)
    }

    #[test]
    fn a_refresh_token_works_once_and_its_reuse_ends_the_family() {
        let terms = terms(Rotation::OneTime);
        let (mut families, first) = signed_in(terms);
        let old = first.refresh.expect("a refresh token");
        assert!(families.renew(&old, "other", (terms, NOW)).is_none(), "another client's");
        let second = families.renew(&old, "key", (terms, NOW)).expect("a renewal");
        let new = second.refresh.expect("a new refresh token");
        assert!(families.owner(&first.access, NOW).is_some(), "the older access token lives on");
        assert!(families.renew(&old, "key", (terms, NOW)).is_none(), "spent");
        assert!(families.renew(&new, "key", (terms, NOW)).is_none(), "and with it the family");
        assert!(families.owner(&second.access, NOW).is_none());
    }

    #[test]
    fn a_kept_refresh_token_stays_good_until_the_sign_in_ends() {
        let terms = terms(Rotation::Kept);
        let (mut families, first) = signed_in(terms);
        let refresh = first.refresh.expect("a refresh token");
        for minutes in [20, 40, 80] {
            let now = NOW + Duration::minutes(minutes);
            let renewed = families.renew(&refresh, "key", (terms, now)).expect("a renewal");
            assert_eq!((renewed.refresh, renewed.refresh_expires_in), (None, Some((90 - minutes) * 60)));
        }
        assert!(
            families.renew(&refresh, "key", (terms, NOW + Duration::minutes(90))).is_none(),
            "counted from the sign-in"
        );
    }

    #[test]
    fn a_sliding_life_begins_anew() {
        let terms = Terms { sliding: true, ..terms(Rotation::Kept) };
        let (mut families, first) = signed_in(terms);
        let refresh = first.refresh.expect("a refresh token");
        for step in 1..5 {
            assert!(families.renew(&refresh, "key", (terms, NOW + Duration::minutes(80 * step))).is_some(), "{step}");
        }
    }

    #[test]
    fn ending_reaches_as_far_as_the_token_named() {
        let terms = terms(Rotation::OneTime);
        let (mut families, first) = signed_in(terms);
        let refresh = first.refresh.expect("a refresh token");
        assert!(families.end("nobody's", "key"), "unknown is as good as ended");
        assert!(!families.end(&refresh, "other"));
        assert!(families.end(&first.access, "key") && families.owner(&first.access, NOW).is_none());
        let second = families.renew(&refresh, "key", (terms, NOW)).expect("an access token's end is not the family's");
        assert!(families.end(second.refresh.as_deref().expect("a refresh token"), "key"));
        assert!(families.owner(&second.access, NOW).is_none());
        let (mut families, first) = signed_in(terms);
        families.code_named_again("code");
        assert!(families.owner(&first.access, NOW).is_none());
    }
}
