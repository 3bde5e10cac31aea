//! How each session of the market was found: one word per account and session, out of all that were said about it.
//!
//! The invariant: what was said last by the open counts; only where nothing was said by then (the program was not
//! running) does the first word after it. What this is not: a judgement of its own.

use chrono::Duration;
use daypass_domain::ledger::ReadyState;
use daypass_domain::{AccountId, Moment};
use std::collections::BTreeMap;

/// A word that comes this late still speaks of the open: timers fire late, and the answer of a broker takes its time.
const GRACE: Duration = Duration::minutes(1);

#[derive(Debug, Default)]
pub(crate) struct Verdicts(BTreeMap<(AccountId, Moment), ReadyState>);

impl Verdicts {
    /// Words come in the order of time.
    pub(crate) fn add(&mut self, account: &AccountId, at: Moment, opens: Moment, state: ReadyState) {
        let word = self.0.entry((account.clone(), opens)).or_insert(state);
        if at <= opens + GRACE {
            *word = state;
        }
    }

    /// Each session's open and its verdict.
    pub(crate) fn each(&self) -> impl Iterator<Item = (Moment, ReadyState)> {
        self.0.iter().map(|((_, opens), state)| (*opens, *state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReadyState::{AtRisk, NotReady, Ready};

    #[test]
    fn the_last_word_by_the_open_counts() {
        let opens: Moment = "2026-11-18T03:45:00Z".parse().expect("a test's moment");
        let account = AccountId::new("upstox").expect("an id");
        for (sentence, words, verdict) in [
            ("one word", &[(-30, Ready)][..], Ready),
            ("it got better in time", &[(-30, NotReady), (-5, Ready)], Ready),
            ("it got worse in time", &[(-30, Ready), (-5, AtRisk)], AtRisk),
            ("a late timer still speaks of the open", &[(-30, Ready), (1, NotReady)], NotReady),
            ("a sign-in after the open is too late", &[(-30, NotReady), (10, Ready)], NotReady),
            ("started after the open: the first word", &[(10, NotReady), (20, Ready)], NotReady),
        ] {
            let mut verdicts = Verdicts::default();
            for (minutes, state) in words {
                verdicts.add(&account, opens + Duration::minutes(*minutes), opens, *state);
            }
            assert_eq!(verdicts.each().collect::<Vec<_>>(), [(opens, verdict)], "{sentence}");
        }
    }
}
