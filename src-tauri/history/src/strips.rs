//! How one account's token stood through each day: what the strips of the window are drawn from.
//!
//! Pure: entries in, in the order of time, and stretches out. The invariant: a stretch lies within one day of the exchange,
//! none overlaps another, and what the ledger does not say is drawn as nothing. What this is not: a judgement of sessions;
//! that is [`Verdicts`].

use crate::verdicts::Verdicts;
use chrono::{Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use daypass_domain::ledger::{Outcome, ReadyState};
use daypass_domain::{Entry, Happening, Moment, moment_of};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// With what a token begins.
pub(crate) const BEGINNINGS: [&str; 2] = ["signed_in", "renewed"];

/// One day of the exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Strip {
    /// The day, in the exchange's zone.
    #[cfg_attr(test, ts(type = "string"))]
    pub day: NaiveDate,
    /// How the token stood, in the order of time; nothing where there was none and none was needed.
    pub stretches: Vec<Stretch>,
    /// The session's open in hours from 0 to 24, where something was said about one.
    pub opens: Option<f64>,
    /// How it was found at the open.
    pub readiness: Option<ReadyState>,
}

/// A part of a day, in hours from 0 to 24 on the exchange's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Stretch {
    /// Its beginning.
    pub from: f64,
    /// Its end.
    pub to: f64,
    /// How the token stood.
    pub held: Held,
}

/// How a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// The broker has confirmed it.
    Proven,
    /// The broker gave no usable answer.
    Unproven,
    /// Still to come.
    Ahead,
    /// There was none, and the market was open.
    Missing,
}

/// One account's days, from its entries.
#[derive(Debug, Default)]
pub(crate) struct Strips {
    token: Option<Token>,
    parts: Vec<(Moment, Moment, Held)>,
    verdicts: Verdicts,
    closes: BTreeMap<Moment, Moment>,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    since: Moment,
    ends: Option<Moment>,
    held: Held,
}

impl Strips {
    /// Entries come in the order of time.
    pub(crate) fn add(&mut self, entry: &Entry) {
        let at = entry.at;
        self.pass(at);
        match &entry.happening {
            Happening::SignedIn { ends, proven, .. } => {
                self.begin(at, *ends, if *proven { Held::Proven } else { Held::Unproven });
            }
            Happening::Renewed { ends, .. } => self.begin(at, *ends, Held::Proven),
            Happening::Probed { outcome: Outcome::Valid, .. } => self.turn(at, Held::Proven),
            Happening::Probed { outcome: Outcome::Unknown, .. } => self.turn(at, Held::Unproven),
            Happening::Ended | Happening::Refused { .. } | Happening::SignedOut => self.end(at),
            Happening::Readiness { session_opens, session_closes, state, .. } => {
                self.verdicts.add(&entry.account, at, *session_opens, *state);
                self.closes.extend(session_closes.map(|closes| (*session_opens, closes)));
            }
            _ => {}
        }
    }

    /// The days from this moment up to `now`, newest first.
    pub(crate) fn finish(mut self, (since, now): (Moment, Moment), zone: Tz) -> Vec<Strip> {
        self.pass(now);
        if let Some(token) = self.token {
            self.end(now);
            if let Some(end) = token.ends {
                self.parts.push((now, end, Held::Ahead));
            }
        }
        self.find_missing(now);
        let (first, last) = (since.with_timezone(&zone).date_naive(), now.with_timezone(&zone).date_naive());
        let days = std::iter::successors(Some(last), NaiveDate::pred_opt).take_while(|day| *day >= first);
        days.map(|day| self.strip(day, zone)).collect()
    }

    /// What of each session up to now no token covers. Nothing is known of the time before the first one.
    fn find_missing(&mut self, now: Moment) {
        self.parts.sort_by_key(|(from, ..)| *from);
        let Some((known, ..)) = self.parts.first().copied() else { return };
        let mut missing = Vec::new();
        for (opens, closes) in &self.closes {
            let closes = (*closes).min(now);
            let mut from = (*opens).max(known);
            for (begin, end, _) in &self.parts {
                if *end <= from {
                    continue;
                }
                if from < (*begin).min(closes) {
                    missing.push((from, (*begin).min(closes), Held::Missing));
                }
                from = from.max(*end);
            }
            if from < closes {
                missing.push((from, closes, Held::Missing));
            }
        }
        self.parts.append(&mut missing);
        self.parts.sort_by_key(|(from, ..)| *from);
    }

    fn strip(&self, day: NaiveDate, zone: Tz) -> Strip {
        let (begin, end) = (midnight(day, zone), midnight(day + Days::new(1), zone));
        let whole = (end - begin).num_milliseconds().max(1) as f64;
        let hours = |at: Moment| (at - begin).num_milliseconds() as f64 / whole * 24.0;
        let part = |(from, to, held): &(Moment, Moment, Held)| {
            let (from, to) = ((*from).max(begin), (*to).min(end));
            (from < to).then(|| Stretch { from: hours(from), to: hours(to), held: *held })
        };
        let session = self.verdicts.each().filter(|(opens, _)| (begin..end).contains(opens)).min_by_key(|(at, _)| *at);
        Strip {
            day,
            stretches: self.parts.iter().filter_map(part).collect(),
            opens: session.map(|(opens, _)| hours(opens)),
            readiness: session.map(|(_, state)| state),
        }
    }

    fn begin(&mut self, at: Moment, ends: Option<Moment>, held: Held) {
        self.end(at);
        self.token = Some(Token { since: at, ends, held });
    }

    fn turn(&mut self, at: Moment, held: Held) {
        if let Some(token) = self.token.filter(|token| token.held != held) {
            self.end(at);
            self.token = Some(Token { since: at, held, ..token });
        }
    }

    fn end(&mut self, at: Moment) {
        if let Some(Token { since, held, .. }) = self.token.take()
            && since < at
        {
            self.parts.push((since, at, held));
        }
    }

    /// The token may have ended by itself in the meantime.
    fn pass(&mut self, now: Moment) {
        if let Some(end) = self.token.and_then(|token| token.ends).filter(|end| *end <= now) {
            self.end(end);
        }
    }
}

fn midnight(day: NaiveDate, zone: Tz) -> Moment {
    let begin = day.and_time(NaiveTime::MIN);
    moment_of(&zone, begin).unwrap_or_else(|| begin.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Asia::Kolkata;
    use daypass_domain::{AccountId, Generation};

    fn at(text: &str) -> Moment {
        format!("2026-11-{text}:00+05:30").parse().expect("a test's moment")
    }

    fn token(ends: Option<&str>, proven: bool) -> Happening {
        Happening::SignedIn { user: None, generation: Generation(1), ends: ends.map(at), proven, took_ms: 9_000 }
    }

    fn probed(outcome: Outcome) -> Happening {
        Happening::Probed { outcome, code: None, took_ms: None }
    }

    fn refused() -> Happening {
        Happening::Refused { code: "X".into(), what: "No.".into() }
    }

    /// The days of 18 and 19 November, the newer first, as `8.5-24 proven`.
    fn drawn(entries: Vec<(&str, Happening)>) -> Vec<String> {
        let mut strips = Strips::default();
        for (moment, happening) in entries {
            let account = AccountId::new("upstox").expect("an id");
            strips.add(&Entry { at: at(moment), account, happening });
        }
        let text = |part: &Stretch| format!("{}-{} {:?}", part.from, part.to, part.held);
        let days = strips.finish((at("18T00:00"), at("19T12:00")), Kolkata);
        assert_eq!(days.iter().map(|day| day.day.to_string()).collect::<Vec<_>>(), ["2026-11-19", "2026-11-18"]);
        days.iter().map(|day| day.stretches.iter().map(text).collect::<Vec<_>>().join(", ")).collect()
    }

    #[test]
    fn a_day_shows_when_there_was_a_token_and_what_was_known_of_it() {
        let night = Some("20T03:30");
        for (sentence, entries, days) in [
            ("nothing is known", vec![], ["", ""]),
            (
                "over midnight, to its end, and what lies ahead",
                vec![("18T08:30", token(Some("19T03:30"), true)), ("19T06:00", token(night, true))],
                ["0-3.5 Proven, 6-12 Proven, 12-24 Ahead", "8.5-24 Proven"],
            ),
            (
                "refused, and signed in once more",
                vec![("19T06:00", token(night, true)), ("19T09:00", refused()), ("19T10:30", token(night, true))],
                ["6-9 Proven, 10.5-12 Proven, 12-24 Ahead", ""],
            ),
            (
                "the broker was silent for an hour",
                vec![
                    ("19T06:00", token(night, false)),
                    ("19T07:00", probed(Outcome::Valid)),
                    ("19T08:00", probed(Outcome::Valid)),
                    ("19T09:00", probed(Outcome::Unknown)),
                    ("19T10:00", probed(Outcome::Valid)),
                ],
                ["6-7 Unproven, 7-9 Proven, 9-10 Unproven, 10-12 Proven, 12-24 Ahead", ""],
            ),
            (
                "a token without an end has nothing ahead that is certain",
                vec![("17T06:00", token(None, true)), ("18T12:00", Happening::SignedOut)],
                ["", "0-12 Proven"],
            ),
        ] {
            assert_eq!(drawn(entries), days, "{sentence}");
        }
    }

    #[test]
    fn what_a_session_had_no_token_for_is_missing() {
        let opens = |day: &str| Happening::Readiness {
            session_opens: at(&format!("{day}T09:15")),
            session_closes: Some(at(&format!("{day}T15:30"))),
            state: ReadyState::NotReady,
            why: None,
        };
        let night = Some("20T03:30");
        for (sentence, entries, days) in [
            ("nothing is known before the first token", vec![("18T08:45", opens("18"))], ["", ""]),
            (
                "a late sign-in, and none on the next day",
                vec![
                    ("18T03:00", token(Some("18T03:30"), true)),
                    ("18T08:45", opens("18")),
                    ("18T10:15", token(Some("19T03:30"), true)),
                    ("19T08:45", opens("19")),
                ],
                ["0-3.5 Proven, 9.25-12 Missing", "3-3.5 Proven, 9.25-10.25 Missing, 10.25-24 Proven"],
            ),
            (
                "a gap within the session",
                vec![
                    ("19T06:00", token(night, true)),
                    ("19T08:45", opens("19")),
                    ("19T10:00", refused()),
                    ("19T10:30", token(night, true)),
                ],
                ["6-10 Proven, 10-10.5 Missing, 10.5-12 Proven, 12-24 Ahead", ""],
            ),
        ] {
            assert_eq!(drawn(entries), days, "{sentence}");
        }
    }

    #[test]
    fn a_day_knows_its_session() {
        let mut strips = Strips::default();
        let readiness = |state| Happening::Readiness {
            session_opens: at("18T09:15"),
            session_closes: Some(at("18T15:30")),
            state,
            why: None,
        };
        for (moment, state) in [("18T08:45", ReadyState::NotReady), ("18T09:31", ReadyState::Ready)] {
            let account = AccountId::new("upstox").expect("an id");
            strips.add(&Entry { at: at(moment), account, happening: readiness(state) });
        }
        let days = strips.finish((at("18T00:00"), at("19T12:00")), Kolkata);
        assert_eq!((days[0].opens, days[0].readiness), (None, None));
        assert_eq!((days[1].opens, days[1].readiness), (Some(9.25), Some(ReadyState::NotReady)), "found at the open");
    }
}
