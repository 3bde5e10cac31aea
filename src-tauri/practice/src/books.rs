//! Everything that a running broker knows, shared by all its connections.
//!
//! The invariant: one lock holds all that changes with a request, so a code, a session and a renewal are each taken by
//! one request alone. What this is not: a store; it ends with the process.

use crate::clock::Clock;
use crate::codes::Codes;
use crate::faults::Faults;
use crate::journal::Journal;
use crate::oauth2::Families;
use crate::options::{ClientRule, Options, Rotation, User};
use crate::upstox::Sessions;
use chrono::{Duration, NaiveTime};
use chrono_tz::Asia::Kolkata;
use daypass_domain::{DailyCutoff, Moment};
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The end of every token at Upstox.
const CUTOFF: DailyCutoff = DailyCutoff::new(3, 30, Kolkata);

/// One broker.
pub(crate) struct Shared {
    pub(crate) addr: SocketAddr,
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) client: ClientRule,
    pub(crate) users: Vec<User>,
    pub(crate) day: Option<Duration>,
    pub(crate) every_day: bool,
    pub(crate) code_life: Duration,
    books: Mutex<Books>,
}

/// What changes with the requests.
pub(crate) struct Books {
    pub(crate) terms: Terms,
    pub(crate) codes: Codes,
    pub(crate) sessions: Sessions,
    pub(crate) families: Families,
}

/// How long things live; a control request may change them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// Of access tokens, instead of what follows.
    pub(crate) life: Option<Duration>,
    /// Of OAuth2 access tokens.
    pub(crate) access_life: Duration,
    /// Of what renews them.
    pub(crate) refresh_life: Option<Duration>,
    /// Whether a renewal starts that anew.
    pub(crate) sliding: bool,
    pub(crate) rotation: Rotation,
}

impl Shared {
    pub(crate) fn new(options: Options, addr: SocketAddr) -> Self {
        let terms = Terms {
            life: options.life,
            access_life: options.access_life,
            refresh_life: options.refresh_life,
            sliding: options.sliding,
            rotation: options.rotation,
        };
        let books = Books {
            terms,
            codes: Codes::default(),
            sessions: Sessions::new(options.signing_key),
            families: Families::default(),
        };
        let faults = Faults::default();
        options.faults.into_iter().for_each(|fault| faults.add(fault));
        Self {
            addr,
            clock: Clock::default(),
            journal: Journal::default(),
            faults,
            client: options.client,
            users: options.users,
            day: options.day,
            every_day: options.every_day,
            code_life: options.code_life,
            books: Mutex::new(books),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `http://127.0.0.1:4321`, as it stands in front of every path.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Who speaks in the OAuth2 answers (RFC 9207).
    pub(crate) fn issuer(&self) -> String {
        format!("{}/oauth2", self.base())
    }

    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// The end of an Upstox token that is issued now.
    pub(crate) fn token_end(&self, life: Option<Duration>, now: Moment) -> Moment {
        match (life, self.day) {
            (Some(life), _) => now + life,
            (None, Some(day)) => CUTOFF.on_day_of(day).after(now),
            (None, None) => CUTOFF.after(now),
        }
    }

    /// The exchange's date and time of day. On a short day the time runs through 24 hours within it, and the date is
    /// the real one.
    pub(crate) fn exchange_time(&self, now: Moment) -> chrono::NaiveDateTime {
        let real = now.with_timezone(&Kolkata).naive_local();
        let Some(day) = self.day.map(|day| day.num_milliseconds().max(1)) else { return real };
        let seconds = now.timestamp_millis().rem_euclid(day) * 86_400 / day;
        let time = u32::try_from(seconds).ok().and_then(|s| NaiveTime::from_num_seconds_from_midnight_opt(s, 0));
        real.date().and_time(time.unwrap_or(NaiveTime::MIN))
    }

    /// Ends everything that was ever issued.
    pub(crate) fn revoke_all(&self) {
        let now = self.now();
        let mut books = self.books();
        books.sessions.end_all(now);
        books.families = Families::default();
        books.codes = Codes::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Timelike;

    fn shared(day: Option<Duration>) -> Shared {
        Shared::new(Options { day, ..Options::default() }, SocketAddr::from(([127, 0, 0, 1], 4321)))
    }

    fn at(text: &str) -> Moment {
        text.parse().expect("a moment")
    }

    #[test]
    fn a_token_ends_at_the_cut_off_of_the_brokers_day_or_after_its_own_life() {
        let now = at("2026-11-17T20:00:00+05:30");
        let (real, short) = (shared(None), shared(Some(Duration::minutes(10))));
        assert_eq!(real.token_end(None, now), at("2026-11-18T03:30:00+05:30"));
        assert_eq!(short.token_end(None, at("2026-11-17T00:00:00Z")), at("2026-11-17T00:01:27.500Z"));
        let life = Some(Duration::seconds(90));
        assert_eq!(real.token_end(life, now), now + Duration::seconds(90));
        assert_eq!(short.token_end(life, now), now + Duration::seconds(90));
    }

    #[test]
    fn the_exchanges_clock_is_indias_or_the_short_days() {
        let now = at("2026-11-17T00:05:00Z");
        assert_eq!(shared(None).exchange_time(now).to_string(), "2026-11-17 05:35:00");
        assert_eq!(shared(Some(Duration::minutes(10))).exchange_time(now).hour(), 12);
    }
}
