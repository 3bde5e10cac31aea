//! The dashboard's sessions: a link that opens one once, and what a page must bring after that.
//!
//! ```text
//!  daypass dashboard ── socket ──► link() ──► http://127.0.0.1:8000/dashboard/#session=KEY
//!  the page there    ── KEY ─────► open() ──► a cookie for the browser, a second secret for the page
//!  each request      ── both ────► enter()
//! ```
//!
//! The invariant: nobody enters without both secrets. A browser sends a cookie to every port of this computer, and behind
//! another port may be another user's program; a page's own secret stays with its origin, which the port is part of. What
//! this is not: a file. Sessions end with the program.

use crate::client::DashboardLink;
use chrono::Duration;
use daypass_domain::{Moment, Secret};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A browser needs a moment to start; nobody comes back to a link later.
const LINK_LASTS: Duration = Duration::minutes(2);
/// A session that nobody uses ends.
pub(crate) const IDLE: Duration = Duration::hours(1);
/// So many links may wait at once; the oldest goes.
const LINKS: usize = 8;
/// And so many sessions.
const SESSIONS: usize = 16;

/// All of them.
pub struct Sessions {
    now: Box<dyn Fn() -> Moment + Send + Sync>,
    random: fn() -> Secret,
    books: Mutex<Books>,
}

#[derive(Default)]
struct Books {
    links: VecDeque<Link>,
    open: VecDeque<Session>,
}

struct Link {
    key: Secret,
    until: Moment,
}

struct Session {
    keys: SessionKeys,
    used: Moment,
}

/// What somebody in a session has.
#[derive(Clone, Debug)]
pub(crate) struct SessionKeys {
    /// The browser's.
    pub(crate) cookie: Secret,
    /// The page's.
    pub(crate) page: Secret,
}

/// The one-time key of a link, and until when it opens a session.
#[derive(Clone, Debug)]
pub struct LinkKey {
    /// Goes into the address, after the `#`: browsers send that to nobody.
    pub key: Secret,
    /// Until then.
    pub until: Moment,
}

impl LinkKey {
    /// The link to the dashboard of the door at this address.
    pub fn to(&self, door: &str) -> DashboardLink {
        let address = Secret::new(format!("{door}/dashboard/#session={}", self.key.expose()));
        DashboardLink { address, until: self.until }
    }
}

impl Sessions {
    /// None yet. `random` makes a text that nobody can guess and that may stand in a cookie.
    pub fn new(now: impl Fn() -> Moment + Send + Sync + 'static, random: fn() -> Secret) -> Self {
        Self { now: Box::new(now), random, books: Mutex::default() }
    }

    /// The key for a link.
    pub fn link(&self) -> LinkKey {
        let link = LinkKey { key: (self.random)(), until: (self.now)() + LINK_LASTS };
        let mut books = self.books();
        keep(&mut books.links, Link { key: link.key.clone(), until: link.until }, LINKS);
        link
    }

    /// Whether such a link waits; it goes on waiting.
    pub(crate) fn awaits(&self, key: &str) -> bool {
        self.books().links.iter().any(|link| link.key.matches(key.as_bytes()))
    }

    /// Opens a session, if such a link waits. It does not, afterwards.
    pub(crate) fn open(&self, key: &str) -> Option<SessionKeys> {
        let mut books = self.books();
        let found = books.links.iter().position(|link| link.key.matches(key.as_bytes()))?;
        books.links.remove(found)?;
        let keys = SessionKeys { cookie: (self.random)(), page: (self.random)() };
        keep(&mut books.open, Session { keys: keys.clone(), used: (self.now)() }, SESSIONS);
        Some(keys)
    }

    /// Uses a session: until when it lasts if it is not used again.
    pub(crate) fn enter(&self, cookie: &str, page: &str) -> Option<Moment> {
        let mut books = self.books();
        let session = books.find(cookie, page)?;
        session.used = (self.now)();
        Some(session.used + IDLE)
    }

    /// The same without using it.
    pub(crate) fn look(&self, cookie: &str, page: &str) -> Option<Moment> {
        self.books().find(cookie, page).map(|session| session.used + IDLE)
    }

    /// Ends one.
    pub(crate) fn end(&self, cookie: &str, page: &str) {
        self.books().open.retain(|session| !session.keys.are(cookie, page));
    }

    /// Only what has not ended is in the books.
    fn books(&self) -> MutexGuard<'_, Books> {
        let now = (self.now)();
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        books.links.retain(|link| now < link.until && link.until - now <= LINK_LASTS);
        // A clock that was set back must not make a session longer.
        books.open.retain(|session| (now - session.used).abs() < IDLE);
        books
    }
}

impl Books {
    fn find(&mut self, cookie: &str, page: &str) -> Option<&mut Session> {
        self.open.iter_mut().find(|session| session.keys.are(cookie, page))
    }
}

impl SessionKeys {
    fn are(&self, cookie: &str, page: &str) -> bool {
        self.cookie.matches(cookie.as_bytes()) & self.page.matches(page.as_bytes())
    }
}

fn keep<T>(all: &mut VecDeque<T>, new: T, most: usize) {
    if all.len() == most {
        all.pop_front();
    }
    all.push_back(new);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

    /// The clock in seconds, and sessions by it.
    fn sessions() -> (Arc<AtomicI64>, Sessions) {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let clock = Arc::new(AtomicI64::new(1_000_000));
        let read = clock.clone();
        let now = move || Moment::UNIX_EPOCH + Duration::seconds(read.load(Ordering::Relaxed));
        (clock, Sessions::new(now, || Secret::new(format!("marker-{}", NEXT.fetch_add(1, Ordering::Relaxed)))))
    }

    fn opened(sessions: &Sessions) -> (String, String) {
        let link = sessions.link();
        let keys = sessions.open(link.key.expose()).expect("a session");
        (keys.cookie.expose().to_owned(), keys.page.expose().to_owned())
    }

    #[test]
    fn a_link_opens_one_session_once_and_soon() {
        let (clock, sessions) = sessions();
        let link = sessions.link();
        assert!(sessions.open("marker").is_none(), "another key");
        assert!(!sessions.awaits("marker") && sessions.awaits(link.key.expose()), "asking does not use it");
        assert!(sessions.open("").is_none());
        assert!(sessions.open(link.key.expose()).is_some());
        assert!(sessions.open(link.key.expose()).is_none(), "once");
        let late = sessions.link();
        clock.fetch_add(120, Ordering::Relaxed);
        assert!(sessions.open(late.key.expose()).is_none(), "after two minutes");
        let set_back = sessions.link();
        clock.fetch_sub(1_000, Ordering::Relaxed);
        assert!(sessions.open(set_back.key.expose()).is_none(), "a clock set back makes no link longer");
    }

    #[test]
    fn nobody_enters_without_both_secrets() {
        let (_, sessions) = sessions();
        let (cookie, page) = opened(&sessions);
        let (other_cookie, other_page) = opened(&sessions);
        for (sentence, cookie, page, enters) in [
            ("both", &*cookie, &*page, true),
            ("the cookie alone", &cookie, "", false),
            ("the page's alone", "", &page, false),
            ("neither", "", "", false),
            ("of two sessions", &cookie, &other_page, false),
            ("the other way round", &page, &cookie, false),
            ("another session's", &other_cookie, &other_page, true),
        ] {
            assert_eq!(sessions.enter(cookie, page).is_some(), enters, "{sentence}");
            assert_eq!(sessions.look(cookie, page).is_some(), enters, "{sentence}");
        }
        sessions.end(&cookie, &other_page);
        assert!(sessions.enter(&cookie, &page).is_some(), "nobody else ends it");
        sessions.end(&cookie, &page);
        assert!(sessions.enter(&cookie, &page).is_none());
        assert!(sessions.enter(&other_cookie, &other_page).is_some(), "the other one goes on");
    }

    #[test]
    fn a_session_ends_an_hour_after_its_last_use() {
        let (clock, sessions) = sessions();
        let (cookie, page) = opened(&sessions);
        for _ in 0..3 {
            clock.fetch_add(3_599, Ordering::Relaxed);
            assert!(sessions.enter(&cookie, &page).is_some(), "used in time");
        }
        clock.fetch_add(1_800, Ordering::Relaxed);
        assert!(sessions.look(&cookie, &page).is_some());
        clock.fetch_add(1_800, Ordering::Relaxed);
        assert!(sessions.look(&cookie, &page).is_none(), "a look is no use");
        let (cookie, page) = opened(&sessions);
        clock.fetch_sub(3_600, Ordering::Relaxed);
        assert!(sessions.enter(&cookie, &page).is_none(), "a clock set back makes no session longer");
    }

    #[test]
    fn there_are_never_more_than_so_many() {
        let (_, sessions) = sessions();
        let first = sessions.link();
        let all: Vec<_> = (0..LINKS).map(|_| sessions.link()).collect();
        assert!(sessions.open(first.key.expose()).is_none(), "the oldest link went");
        assert!(sessions.open(all[0].key.expose()).is_some());
        let first = opened(&sessions);
        (0..SESSIONS).for_each(|_| drop(opened(&sessions)));
        assert!(sessions.enter(&first.0, &first.1).is_none(), "the oldest session went");
    }
}
