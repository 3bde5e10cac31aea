//! What many entries come to: counts, durations, and how often all was well at the open.
//!
//! Pure: entries in, in the order of time, and numbers out. The invariant: an entry counts on the day on which it
//! happened, a session on the day on which it opens. What this is not: a judgement; the words beside the numbers are
//! the window's.

use crate::holding::Holding;
use crate::verdicts::Verdicts;
use chrono::NaiveDate;
use chrono_tz::Tz;
use daypass_domain::ledger::{Outcome, ReadyState};
use daypass_domain::{AccountId, Entry, Happening, Moment};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often each thing happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Counts {
    /// Sign-ins that gave a token.
    #[cfg_attr(test, ts(type = "number"))]
    pub sign_ins: u64,
    /// Sign-ins that came to nothing.
    #[cfg_attr(test, ts(type = "number"))]
    pub sign_ins_failed: u64,
    /// New tokens without a person.
    #[cfg_attr(test, ts(type = "number"))]
    pub renewals: u64,
    /// Attempts at one that came to nothing.
    #[cfg_attr(test, ts(type = "number"))]
    pub renewals_failed: u64,
    /// Times the broker said yes.
    #[cfg_attr(test, ts(type = "number"))]
    pub probes_valid: u64,
    /// Times the broker said no, the second ask included.
    #[cfg_attr(test, ts(type = "number"))]
    pub probes_invalid: u64,
    /// Times there was no usable answer.
    #[cfg_attr(test, ts(type = "number"))]
    pub probes_unknown: u64,
    /// Tokens that the broker refused before their time.
    #[cfg_attr(test, ts(type = "number"))]
    pub refusals: u64,
    /// Tokens given to programs.
    #[cfg_attr(test, ts(type = "number"))]
    pub hand_outs: u64,
}

/// One day of the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DaySum {
    /// The day, in the exchange's zone.
    #[cfg_attr(test, ts(type = "string"))]
    pub day: NaiveDate,
    /// What happened on it.
    #[serde(flatten)]
    pub counts: Counts,
    /// How things stood at the open: the worst of all accounts and sessions; `None` if nothing was said about it.
    pub readiness: Option<ReadyState>,
    /// Half of the sign-ins were faster (milliseconds).
    #[cfg_attr(test, ts(type = "number | null"))]
    pub median_sign_in_ms: Option<u64>,
    /// Half of the broker's answers to a probe were faster (milliseconds).
    #[cfg_attr(test, ts(type = "number | null"))]
    pub median_probe_ms: Option<u64>,
}

/// Everything together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Totals {
    /// What happened.
    #[serde(flatten)]
    pub counts: Counts,
    /// Sessions of the market about which something was said; each account counts its own.
    #[cfg_attr(test, ts(type = "number"))]
    pub sessions: u64,
    /// Those that found a proven token at the open.
    #[cfg_attr(test, ts(type = "number"))]
    pub sessions_ready: u64,
    /// Half of the sign-ins were faster (milliseconds).
    #[cfg_attr(test, ts(type = "number | null"))]
    pub median_sign_in_ms: Option<u64>,
    /// The slowest sign-in (milliseconds).
    #[cfg_attr(test, ts(type = "number | null"))]
    pub longest_sign_in_ms: Option<u64>,
    /// The share of attempts to renew that gave a token, 0 to 1; `None` if there was no attempt.
    pub refresh_success: Option<f64>,
    /// The longest time without a valid token (milliseconds), at any hour; `None` if there never was one. What lies
    /// before the first entry is not known; a gap that is still open counts up to `until`, or else to the last entry.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub longest_without_token_ms: Option<i64>,
}

impl Counts {
    fn add(&mut self, happening: &Happening) {
        let count = match happening {
            Happening::SignedIn { .. } => &mut self.sign_ins,
            Happening::SignInFailed { .. } => &mut self.sign_ins_failed,
            Happening::Renewed { .. } => &mut self.renewals,
            Happening::RenewalFailed { .. } => &mut self.renewals_failed,
            Happening::Probed { outcome: Outcome::Valid, .. } => &mut self.probes_valid,
            Happening::Probed { outcome: Outcome::Invalid, .. } => &mut self.probes_invalid,
            Happening::Probed { outcome: Outcome::Unknown, .. } => &mut self.probes_unknown,
            Happening::Refused { .. } => &mut self.refusals,
            Happening::HandedOut { .. } => &mut self.hand_outs,
            _ => return,
        };
        *count += 1;
    }
}

/// Counts and the sign-ins' durations: what a day and a total have in common.
#[derive(Debug, Default)]
struct Tally {
    counts: Counts,
    sign_ins_ms: Vec<u64>,
    probes_ms: Vec<u64>,
}

impl Tally {
    fn add(&mut self, happening: &Happening) {
        self.counts.add(happening);
        if let Happening::SignedIn { took_ms, .. } = happening {
            self.sign_ins_ms.push(*took_ms);
        }
        if let Happening::Probed { took_ms: Some(took_ms), .. } = happening {
            self.probes_ms.push(*took_ms);
        }
    }
}

/// Day by day.
#[derive(Debug)]
pub(crate) struct Days {
    zone: Tz,
    tallies: BTreeMap<NaiveDate, Tally>,
    verdicts: Verdicts,
}

impl Days {
    pub(crate) fn new(zone: Tz) -> Self {
        Self { zone, tallies: BTreeMap::new(), verdicts: Verdicts::default() }
    }

    pub(crate) fn add(&mut self, entry: &Entry) {
        if let Happening::Readiness { session_opens, state, .. } = &entry.happening {
            self.verdicts.add(&entry.account, entry.at, *session_opens, *state);
            return;
        }
        let day = entry.at.with_timezone(&self.zone).date_naive();
        self.tallies.entry(day).or_default().add(&entry.happening);
    }

    /// Newest first.
    pub(crate) fn finish(mut self) -> Vec<DaySum> {
        let mut worst: BTreeMap<NaiveDate, ReadyState> = BTreeMap::new();
        for (opens, state) in self.verdicts.each() {
            let day = opens.with_timezone(&self.zone).date_naive();
            self.tallies.entry(day).or_default();
            worst.entry(day).and_modify(|known| *known = state.max(*known)).or_insert(state);
        }
        let sum = |(day, tally): (NaiveDate, Tally)| DaySum {
            day,
            readiness: worst.get(&day).copied(),
            median_sign_in_ms: median(tally.sign_ins_ms),
            median_probe_ms: median(tally.probes_ms),
            counts: tally.counts,
        };
        self.tallies.into_iter().rev().map(sum).collect()
    }
}

/// All together.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    tally: Tally,
    verdicts: Verdicts,
    holdings: BTreeMap<AccountId, Holding>,
    last: Option<Moment>,
}

impl Sums {
    pub(crate) fn add(&mut self, entry: &Entry) {
        let Entry { at, account, happening } = entry;
        self.tally.add(happening);
        self.last = Some(*at);
        if let Happening::Readiness { session_opens, state, .. } = happening {
            self.verdicts.add(account, *at, *session_opens, *state);
        }
        match self.holdings.get_mut(account) {
            Some(holding) => holding.add(*at, happening),
            None => self.holdings.entry(account.clone()).or_default().add(*at, happening),
        }
    }

    pub(crate) fn finish(self, until: Option<Moment>) -> Totals {
        let Tally { counts, sign_ins_ms, .. } = self.tally;
        let end = until.or(self.last).unwrap_or(Moment::MIN_UTC);
        let ready = |(_, state): &(Moment, ReadyState)| *state == ReadyState::Ready;
        let attempts = counts.renewals + counts.renewals_failed;
        Totals {
            sessions: self.verdicts.each().count() as u64,
            sessions_ready: self.verdicts.each().filter(ready).count() as u64,
            longest_sign_in_ms: sign_ins_ms.iter().copied().max(),
            median_sign_in_ms: median(sign_ins_ms),
            refresh_success: (attempts > 0).then(|| counts.renewals as f64 / attempts as f64),
            longest_without_token_ms: self
                .holdings
                .into_values()
                .filter_map(|holding| holding.finish(end))
                .max()
                .map(|gap| gap.num_milliseconds()),
            counts,
        }
    }
}

/// The middle one; between two of them, half-way.
pub(crate) fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { upper } else { values[middle - 1].midpoint(upper) })
}

#[cfg(test)]
mod tests;
