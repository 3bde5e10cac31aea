//! For how long an account was without a valid token, from what the ledger says.
//!
//! The invariant: only time in which a token was wanted and was missing counts; before the first sign-in, after a
//! sign-out and during a pause nobody wanted one. What this is not: a measure of sessions; nights and weekends count
//! too.

use chrono::Duration;
use daypass_domain::{Happening, Moment};

/// One account's token, followed from entry to entry.
#[derive(Debug, Default)]
pub(crate) struct Holding {
    token: Token,
    paused: bool,
    /// Since when one is wanted and missing.
    missing_since: Option<Moment>,
    longest: Option<Duration>,
}

#[derive(Debug, Default)]
enum Token {
    /// Nothing is known yet, or a person ended it.
    #[default]
    None,
    Held {
        ends: Option<Moment>,
    },
    Over,
}

impl Holding {
    /// Entries come in the order of time.
    pub(crate) fn add(&mut self, at: Moment, happening: &Happening) {
        self.pass(at);
        match happening {
            Happening::SignedIn { ends, .. } | Happening::Renewed { ends, .. } => {
                self.found(at);
                // A gap of nothing is worth saying: there was a token, and it was never missing.
                self.longest = self.longest.max(Some(Duration::zero()));
                self.token = Token::Held { ends: *ends };
            }
            Happening::Ended | Happening::Refused { .. } if !matches!(self.token, Token::None) => self.lost(at),
            Happening::SignedOut => {
                self.found(at);
                self.token = Token::None;
            }
            Happening::Paused => {
                self.found(at);
                self.paused = true;
            }
            Happening::Resumed => {
                self.paused = false;
                if matches!(self.token, Token::Over) {
                    self.lost(at);
                }
            }
            _ => {}
        }
    }

    /// The longest time without one; `None` if there never was one. A gap that is still open lasts until `now`.
    pub(crate) fn finish(mut self, now: Moment) -> Option<Duration> {
        self.pass(now);
        self.found(now);
        self.longest
    }

    /// The token may have ended by itself in the meantime.
    fn pass(&mut self, now: Moment) {
        if let Token::Held { ends: Some(end) } = self.token
            && end <= now
        {
            self.lost(end);
        }
    }

    fn lost(&mut self, at: Moment) {
        self.token = Token::Over;
        if !self.paused {
            self.missing_since.get_or_insert(at);
        }
    }

    fn found(&mut self, at: Moment) {
        if let Some(since) = self.missing_since.take() {
            self.longest = self.longest.max(Some(at - since));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daypass_domain::Generation;

    fn minute(minutes: i64) -> Moment {
        "2026-11-17T00:00:00Z".parse::<Moment>().expect("a test's moment") + Duration::minutes(minutes)
    }

    fn token(ends: Option<i64>) -> Happening {
        Happening::Renewed { generation: Generation(1), ends: ends.map(minute), took_ms: 1 }
    }

    fn refused() -> Happening {
        Happening::Refused { code: "X".into(), what: "No.".into() }
    }

    #[test]
    fn time_without_a_token_is_counted_while_one_is_wanted() {
        use Happening::{Ended, Paused, Resumed, SignedOut, Started};
        for (sentence, entries, longest) in [
            ("never signed in", vec![(0, Started), (90, Ended)], None),
            ("held throughout", vec![(0, token(Some(200)))], Some(0)),
            ("a token without an end is held", vec![(0, token(None))], Some(0)),
            ("over at its end, whether said or not", vec![(0, token(Some(10))), (25, token(None))], Some(15)),
            (
                "said late: it still ended at its end",
                vec![(0, token(Some(10))), (12, Ended), (25, token(None))],
                Some(15),
            ),
            ("refused before its time", vec![(0, token(Some(90))), (10, refused()), (30, token(None))], Some(20)),
            (
                "refused twice: from the first",
                vec![(0, token(None)), (10, refused()), (20, refused()), (30, token(None))],
                Some(20),
            ),
            ("the longest of two", vec![(0, token(Some(5))), (10, token(Some(20))), (50, token(None))], Some(30)),
            ("still without one", vec![(0, token(Some(40)))], Some(60)),
            ("signed out: nobody wants one", vec![(0, token(None)), (10, SignedOut)], Some(0)),
            ("signed out of an ended one", vec![(0, token(Some(10))), (15, SignedOut)], Some(5)),
            ("paused: nobody wants one", vec![(0, token(Some(10))), (5, Paused)], Some(0)),
            ("paused, and missed afterwards", vec![(0, token(Some(10))), (5, Paused), (80, Resumed)], Some(20)),
            ("renewed in time", vec![(0, token(Some(10))), (9, token(Some(200)))], Some(0)),
        ] {
            let mut holding = Holding::default();
            for (at, happening) in &entries {
                holding.add(minute(*at), happening);
            }
            let found = holding.finish(minute(100)).map(|gap| gap.num_minutes());
            assert_eq!(found, longest, "{sentence}");
        }
    }
}
