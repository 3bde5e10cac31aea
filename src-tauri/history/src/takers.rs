//! Who was given tokens: how many, and how soon after they came.
//!
//! Pure. The invariant: a program counts once for each token, as the ledger has it. What this is not: who has the token
//! that is held now; that is the manager's.

use crate::sums::median;
use daypass_domain::ledger::CLIPBOARD;
use daypass_domain::{AccountId, Entry, Happening, Moment};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// One program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct BotSum {
    /// What it is called.
    pub name: String,
    /// How many tokens it was given.
    #[cfg_attr(test, ts(type = "number"))]
    pub hand_outs: u64,
    /// Half of them it had sooner after they came (milliseconds); none where no coming is known.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub median_pick_up_ms: Option<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Takers {
    came: HashMap<(AccountId, u64), Moment>,
    takers: BTreeMap<String, (u64, Vec<u64>)>,
}

impl Takers {
    /// Entries come in the order of time.
    pub(crate) fn add(&mut self, entry: &Entry) {
        match &entry.happening {
            Happening::SignedIn { generation, .. } | Happening::Renewed { generation, .. } => {
                self.came.insert((entry.account.clone(), generation.0), entry.at);
            }
            Happening::HandedOut { generation, to, .. } if to.as_str() != CLIPBOARD => {
                let came = self.came.get(&(entry.account.clone(), generation.0));
                let taker = self.takers.entry(to.as_str().to_owned()).or_default();
                taker.0 += 1;
                taker.1.extend(came.and_then(|came| u64::try_from((entry.at - *came).num_milliseconds()).ok()));
            }
            _ => {}
        }
    }

    /// Whoever was given the most comes first.
    pub(crate) fn finish(self) -> Vec<BotSum> {
        let sum = |(name, (hand_outs, waits))| BotSum { name, hand_outs, median_pick_up_ms: median(waits) };
        let mut sums: Vec<_> = self.takers.into_iter().map(sum).collect();
        sums.sort_by_key(|sum| std::cmp::Reverse(sum.hand_outs));
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daypass_domain::Generation;
    use daypass_domain::ledger::Via;

    #[test]
    fn programs_are_counted_with_how_soon_they_had_it() {
        let at =
            |seconds| "2026-11-18T03:45:00Z".parse::<Moment>().expect("a moment") + chrono::Duration::seconds(seconds);
        let handed = |generation, to: &str| Happening::HandedOut {
            generation: Generation(generation),
            to: to.into(),
            via: Via::Socket,
        };
        let came = |generation| Happening::Renewed { generation: Generation(generation), ends: None, took_ms: 1 };
        let mut takers = Takers::default();
        for (seconds, happening) in [
            (0, handed(1, "early")),
            (10, came(2)),
            (11, handed(2, "bot")),
            (12, handed(2, CLIPBOARD)),
            (20, came(3)),
            (23, handed(3, "bot")),
            (25, handed(3, "early")),
            (30, came(4)),
            (32, handed(4, "bot")),
        ] {
            takers.add(&Entry { at: at(seconds), account: AccountId::new("a").expect("an id"), happening });
        }
        let sum =
            |name: &str, hand_outs, median_pick_up_ms| BotSum { name: name.to_owned(), hand_outs, median_pick_up_ms };
        assert_eq!(takers.finish(), [sum("bot", 3, Some(2_000)), sum("early", 2, Some(5_000))]);
    }
}
