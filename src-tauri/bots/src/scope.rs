//! Which accounts a key opens.
//!
//! The invariant: what is not named is not allowed; only [`Scope::All`] reaches accounts that are added later. What this
//! is not: a check that the accounts exist; one that was removed simply has no token.

use daypass_domain::AccountId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The accounts of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every account, those of the future as well.
    All,
    /// These and no other.
    Only(BTreeSet<AccountId>),
}

impl Scope {
    /// Whether the key may have this account's token.
    pub fn allows(&self, account: &AccountId) -> bool {
        match self {
            Self::All => true,
            Self::Only(accounts) => accounts.contains(account),
        }
    }

    /// Whether the key would open nothing at all.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Only(accounts) if accounts.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(ids: &[&str]) -> Scope {
        Scope::Only(ids.iter().map(|id| AccountId::new(*id).expect("an id")).collect())
    }

    #[test]
    fn a_key_opens_what_it_names_and_nothing_else() {
        let account = AccountId::new("upstox").expect("an id");
        for (sentence, scope, allowed) in [
            ("all is all", Scope::All, true),
            ("the named one", only(&["kite", "upstox"]), true),
            ("not another one", only(&["kite"]), false),
            ("not one whose name begins alike", only(&["upstox2", "upsto"]), false),
            ("none is none", only(&[]), false),
        ] {
            assert_eq!(scope.allows(&account), allowed, "{sentence}");
        }
    }

    #[test]
    fn its_form_in_json_is_all_or_a_list() {
        for (scope, form) in [(Scope::All, r#""all""#), (only(&["kite", "a"]), r#"{"only":["a","kite"]}"#)] {
            assert_eq!(serde_json::to_string(&scope).expect("JSON"), form);
            assert_eq!(serde_json::from_str::<Scope>(form).expect("a scope"), scope);
        }
    }
}
