//! When to act: every number is a setting, and this is where its default is written down, with the reason.

use chrono::{Duration, NaiveTime};

/// The numbers that one account goes by. A practice account has its own, scaled to its short day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often the broker is asked. 30 minutes: a refusal is noticed well within one session half, at 48 requests a day.
    pub check_every: Duration,
    /// How long before the end a refresh is tried. One hour: three attempts fit in comfortably.
    pub lead: Duration,
    /// How many attempts before a person is told that it is now up to them.
    pub attempts: u32,
    /// The pauses between attempts.
    pub backoff: Backoff,
    /// Green needs more than this.
    pub green_above: Duration,
    /// Red is less than this.
    pub red_below: Duration,
    /// How long a sign-in waits for the person. Five minutes: an OTP by SMS takes one or two.
    pub sign_in_wait: Duration,
    /// Whether the browser may open by itself while somebody is there.
    pub open_browser: OpenBrowser,
    /// When only the icon changes.
    pub quiet: Option<QuietHours>,
    /// How many checks without an answer make a token "not verified".
    pub misses: u32,
    /// How long before the open the token must be proven. Half an hour: what goes wrong at a sign-in can still be mended.
    pub ready_before: Duration,
    /// How soon a refusal is asked about a second time, before it counts.
    pub confirm_after: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            check_every: Duration::minutes(30),
            lead: Duration::hours(1),
            attempts: 3,
            backoff: Backoff::default(),
            green_above: Duration::hours(3),
            red_below: Duration::hours(1),
            sign_in_wait: Duration::minutes(5),
            open_browser: OpenBrowser::WhenPresent,
            quiet: None,
            misses: 2,
            ready_before: Duration::minutes(30),
            confirm_after: Duration::seconds(5),
        }
    }
}

impl Policy {
    /// The same day in a shorter time: `factor` 144 makes a day of ten minutes. Pauses that are about a person's hands
    /// (how long a sign-in waits) are not scaled below what a hand can do.
    #[must_use]
    pub fn scaled(&self, factor: u32) -> Self {
        let by = i32::try_from(factor.max(1)).unwrap_or(i32::MAX);
        Self {
            check_every: (self.check_every / by).max(Duration::seconds(5)),
            lead: self.lead / by,
            green_above: self.green_above / by,
            red_below: self.red_below / by,
            backoff: Backoff { first: (self.backoff.first / by).max(Duration::seconds(1)), ..self.backoff.clone() },
            confirm_after: self.confirm_after.min(Duration::seconds(1)),
            ..self.clone()
        }
    }
}

/// Growing pauses: `first`, then twice as long each time, up to `longest`, each up to a fifth longer by jitter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first pause. Five minutes: an outage of a broker's gateway is rarely over sooner.
    pub first: Duration,
    /// No pause is longer. Twenty minutes: three attempts then still fit into the hour before the end.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::minutes(5), longest: Duration::minutes(20) }
    }
}

impl Backoff {
    /// The pause after this many failures. `seed` spreads accounts that failed together (0 to a fifth longer); it must be
    /// the same for one row of failures, or a pause could be shorter than the one before.
    pub fn pause(&self, failures: u32, seed: u64) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        let pause = self.first.checked_mul(1 << doublings).unwrap_or(self.longest).min(self.longest);
        let spread = i32::try_from(seed % 200).unwrap_or(0);
        pause + pause * spread / 1000
    }
}

/// What the owner allows the program to do with the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenBrowser {
    /// By itself, but only while somebody is there.
    WhenPresent,
    /// Only on a click.
    AskFirst,
}

/// A span of the local day; it may cross midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// Begin, inclusive.
    pub from: NaiveTime,
    /// End, exclusive.
    pub to: NaiveTime,
}

impl QuietHours {
    /// Whether a local time of day lies inside.
    pub fn contains(&self, time: NaiveTime) -> bool {
        if self.from <= self.to { (self.from..self.to).contains(&time) } else { time >= self.from || time < self.to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_under_the_longest() {
        let backoff = Backoff::default();
        for seed in [0, 7, 199, u64::MAX] {
            let pauses: Vec<_> = (1..40).map(|failures| backoff.pause(failures, seed)).collect();
            assert!(pauses.is_sorted(), "{pauses:?}");
            assert!(pauses[0] >= Duration::minutes(5) && pauses[38] <= Duration::minutes(24));
        }
    }

    #[test]
    fn quiet_hours_may_cross_midnight() {
        let t = |h| NaiveTime::from_hms_opt(h, 0, 0).expect("an hour");
        let night = QuietHours { from: t(22), to: t(7) };
        assert_eq!([21, 22, 3, 7].map(|h| night.contains(t(h))), [false, true, true, false]);
        let siesta = QuietHours { from: t(13), to: t(15) };
        assert_eq!([12, 13, 15].map(|h| siesta.contains(t(h))), [false, true, false]);
    }

    #[test]
    fn a_day_of_ten_minutes_keeps_its_proportions() {
        let short = Policy::default().scaled(144);
        assert_eq!(short.lead, Duration::seconds(25));
        assert_eq!(short.green_above, Duration::seconds(75));
        assert_eq!(short.sign_in_wait, Duration::minutes(5), "a hand is not scaled");
    }
}
