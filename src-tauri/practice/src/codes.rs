//! Authorization codes: given to the browser, exchanged once.
//!
//! The invariant: whoever names a code has spent it, whatever comes of the exchange. What this is not: a judge of the
//! exchange; it gives back what the code was made for.

use crate::random;
use chrono::Duration;
use daypass_domain::Moment;
use std::collections::HashMap;

/// Which of the two languages a sign-in speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Upstox,
    OAuth2,
}

/// What a person approved.
#[derive(Clone)]
pub(crate) struct Approval {
    pub(crate) wire: Wire,
    pub(crate) client: String,
    pub(crate) redirect: String,
    pub(crate) user: String,
    /// PKCE, S256.
    pub(crate) challenge: Option<String>,
    pub(crate) scope: Option<String>,
}

/// The codes that nobody has named yet.
#[derive(Default)]
pub(crate) struct Codes(HashMap<String, (Approval, Moment)>);

impl Codes {
    /// A new code for it, good until `ends`.
    pub(crate) fn give(&mut self, approval: Approval, now: Moment, life: Duration) -> String {
        self.0.retain(|_, (_, ends)| *ends > now);
        let code = random::word();
        self.0.insert(code.clone(), (approval, now + life));
        code
    }

    /// Spends it. `None` if there is no such code, or if it is too old, or from the other language.
    pub(crate) fn spend(&mut self, code: &str, wire: Wire, now: Moment) -> Option<Approval> {
        let (approval, ends) = self.0.remove(code)?;
        (ends > now && approval.wire == wire).then_some(approval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn approval(wire: Wire) -> Approval {
        let text = |text: &str| text.to_owned();
        Approval {
            wire,
            client: text("key"),
            redirect: text("http://localhost:1/"),
            user: text("AB1234"),
            challenge: None,
            scope: None,
        }
    }

    #[test]
    fn a_code_works_once_in_its_time_and_language() {
        let (now, life) = (Moment::UNIX_EPOCH, Duration::minutes(2));
        let mut codes = Codes::default();
        let code = codes.give(approval(Wire::Upstox), now, life);
        assert!(codes.spend(&code, Wire::Upstox, now).is_some_and(|approval| approval.user == "AB1234"));
        assert!(codes.spend(&code, Wire::Upstox, now).is_none(), "spent");
        let code = codes.give(approval(Wire::Upstox), now, life);
        assert!(codes.spend(&code, Wire::OAuth2, now).is_none(), "the other language");
        assert!(codes.spend(&code, Wire::Upstox, now).is_none(), "and spent by it");
        let code = codes.give(approval(Wire::Upstox), now, life);
        assert!(codes.spend(&code, Wire::Upstox, now + life).is_none(), "too old");
    }
}
