//! Calendars: asked of the brokers, kept on disk with their date, and merged with what is built in.
//!
//! The invariant: a file that cannot be read is no calendar, and nothing worse; and an answer that says nothing takes
//! nothing away. What this is not: a decision when to ask (the manager makes it) or what a day means
//! (`domain::calendar`).

use crate::books::{Books, Known};
use chrono::{Days, Duration};
use daypass_domain::calendar::{Published, for_exchanges};
use daypass_domain::{Calendar, Grant, Moment, Problem, Remedy};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Mutex as AsyncMutex;

/// Today and so many days after it are asked for by date; the rest of the year comes as a list of holidays.
const DAYS_AHEAD: u64 = 4;
/// What one account has just heard is good for the next one.
const SHARED: Duration = Duration::minutes(5);
/// A broker that has just failed is not asked by the other accounts at once. What trying again does not mend may be one
/// account's own, such as a token that was refused, and is nobody else's.
const SHARED_FAILURE: Duration = Duration::seconds(30);

const EMPTY: Problem = Problem::new(
    "calendar_empty",
    "The broker's calendar is empty.",
    "Daypass goes by the days that it knows and asks again later.",
    Remedy::TryAgain,
);

type Asked = Result<Option<Arc<Calendar>>, Problem>;

/// The calendars of all markets. Accounts at the same broker and exchanges have the same one: it is asked for, kept on
/// disk and held in memory once.
pub(crate) struct Almanac {
    folder: PathBuf,
    markets: Mutex<HashMap<Market, Arc<Page>>>,
}

/// What decides which calendar an account has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Market {
    broker: &'static str,
    /// Another address may be another broker.
    base_url: Option<String>,
    exchanges: Vec<String>,
}

/// One market.
struct Page {
    file: PathBuf,
    kept: Mutex<Option<Arc<Calendar>>>,
    /// The last answer. Held while the broker is asked.
    last: AsyncMutex<Option<(Moment, Asked)>>,
}

impl Market {
    fn of(known: &Known) -> Self {
        let (account, profile) = (&known.credentials.account, known.broker.profile());
        let base_url = account.option("base_url").map(ToOwned::to_owned);
        Self { broker: profile.id, base_url, exchanges: account.exchanges(profile) }
    }

    /// A name that is the same tomorrow.
    fn file_name(&self) -> String {
        let text = format!("{} {}", self.exchanges.join(" "), self.base_url.as_deref().unwrap_or_default());
        let hash: String = Sha256::digest(text).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{hash}.json", self.broker)
    }
}

impl Almanac {
    /// Kept below this folder.
    pub(crate) fn new(state: &Path) -> Self {
        Self { folder: state.join("calendars"), markets: Mutex::default() }
    }

    /// The account's calendar as it was kept, if it was and can be read.
    pub(crate) fn kept(&self, known: &Known) -> Option<Arc<Calendar>> {
        self.page(&Market::of(known)).kept()
    }

    /// Asks the account's broker, unless somebody has just done that; `None` if it publishes nothing.
    pub(crate) async fn fetch(&self, books: &Books, known: &Known, grant: Option<&Grant>) -> Asked {
        let market = Market::of(known);
        let page = self.page(&market);
        let mut last = page.last.lock().await;
        if let Some((at, answer)) = &*last
            && (Duration::zero()..shared_for(answer)).contains(&(books.now() - *at))
        {
            return answer.clone();
        }
        let answer = page.ask(books, known, grant, &market.exchanges).await;
        *last = Some((books.now(), answer.clone()));
        answer
    }

    fn page(&self, market: &Market) -> Arc<Page> {
        let mut markets = self.markets.lock().unwrap_or_else(PoisonError::into_inner);
        let page = markets.entry(market.clone()).or_insert_with(|| Page::open(self.folder.join(market.file_name())));
        page.clone()
    }
}

impl Page {
    fn open(file: PathBuf) -> Arc<Self> {
        let kept = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()).map(Arc::new);
        Arc::new(Self { file, kept: Mutex::new(kept), last: AsyncMutex::default() })
    }

    fn kept(&self) -> Option<Arc<Calendar>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ask(&self, books: &Books, known: &Known, grant: Option<&Grant>, exchanges: &[String]) -> Asked {
        let built_in = for_exchanges(exchanges);
        let today = built_in.date(books.now());
        let dates: Vec<_> = (0..=DAYS_AHEAD).filter_map(|days| today.checked_add_days(Days::new(days))).collect();
        let answer = known.broker.calendar(&books.network().await, &known.credentials, grant, &dates).await;
        let Some(published) = answer.map_err(|error| error.problem)?.value else { return Ok(None) };
        let whole = |kept: &Arc<Calendar>| exchanges.iter().all(|exchange| kept.has(exchange));
        let calendar = Arc::new(merged(built_in, self.kept().filter(whole), &published, books.now())?);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(calendar.clone());
        if let Err(error) = keep(&self.file, &calendar) {
            tracing::warn!("The trading calendar could not be kept on disk: {error}");
        }
        Ok(Some(calendar))
    }
}

/// For how long other accounts may take an answer for theirs.
fn shared_for(answer: &Asked) -> Duration {
    match answer {
        Ok(_) => SHARED,
        Err(problem) if problem.remedy == Remedy::TryAgain => SHARED_FAILURE,
        Err(_) => Duration::zero(),
    }
}

/// A list of a whole year is laid over what is built in, so that nothing old outlives it; anything less over what was
/// kept, which knows more of the year.
fn merged(
    built_in: Arc<Calendar>,
    kept: Option<Arc<Calendar>>,
    published: &Published,
    now: Moment,
) -> Result<Calendar, Problem> {
    let under = kept.filter(|_| published.year.is_none()).unwrap_or(built_in);
    let calendar = under.with(published, now);
    // An answer that says nothing leaves no date of its own.
    if calendar.fetched_at() == Some(now) { Ok(calendar) } else { Err(EMPTY) }
}

/// Nothing in it is secret; it is replaced as a whole, so that no reader ever sees half of it.
fn keep(file: &Path, calendar: &Calendar) -> std::io::Result<()> {
    std::fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    let new = file.with_extension("new");
    let mut out = std::fs::File::create(&new)?;
    out.write_all(&serde_json::to_vec(calendar)?)?;
    out.sync_all()?;
    std::fs::rename(new, file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use daypass_domain::calendar::{Holiday, Session, Timing};

    fn moment(text: &str) -> Moment {
        text.parse().expect("a moment")
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    /// The evening of a day whose hours were asked for by date.
    fn evening() -> Published {
        let (opens, closes) = (moment("2026-11-17T12:30:00Z"), moment("2026-11-17T13:30:00Z"));
        let sessions = vec![Session { opens, closes, exchange: "NSE".to_owned() }];
        Published { timings: vec![Timing { date: date("2026-11-17"), sessions }], ..Published::default() }
    }

    fn list(year: Option<i32>, closed: &str) -> Published {
        let closed = Holiday { date: date(closed), closed: vec!["NSE".to_owned()], ..Holiday::default() };
        Published { year, holidays: vec![closed], timings: Vec::new() }
    }

    #[test]
    fn less_than_a_year_is_laid_over_what_was_kept() {
        let nse = ["NSE".to_owned()];
        let (then, now) = (moment("2026-11-16T02:00:00Z"), moment("2026-11-17T02:00:00Z"));
        let known = for_exchanges(&nse).with(&list(Some(2026), "2026-11-18"), then);
        type Row = (&'static str, Option<Calendar>, Published, Option<[bool; 2]>);
        let table: [Row; 6] = [
            ("nothing over nothing is a failure", None, Published::default(), None),
            ("nothing over what was kept is a failure too", Some(known.clone()), Published::default(), None),
            ("a day's hours keep the holidays", Some(known.clone()), evening(), Some([false, true])),
            ("a day's hours do without", None, evening(), Some([true, true])),
            (
                "last year's list keeps the holidays",
                Some(known.clone()),
                list(None, "2026-11-19"),
                Some([false, false]),
            ),
            ("a year's list replaces the year", Some(known), list(Some(2026), "2026-11-19"), Some([true, false])),
        ];
        for (row, kept, published, expected) in table {
            let merged = merged(for_exchanges(&nse), kept.map(Arc::new), &published, now);
            let opens = |calendar: &Calendar, date| calendar.trading_day(date, &nse).is_some();
            let found = merged.as_ref().map(|new| ["2026-11-18", "2026-11-19"].map(|day| opens(new, date(day))));
            assert_eq!(found.ok(), expected, "{row}");
            assert!(merged.is_ok_and(|new| new.fetched_at() == Some(now)) == expected.is_some(), "{row}");
        }
    }

    #[test]
    fn a_calendar_comes_back_and_a_broken_file_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("calendars/upstox-1.json");
        let kept = || Page::open(file.clone()).kept();
        assert!(kept().is_none());
        let calendar = for_exchanges(&["NSE".to_owned()]);
        keep(&file, &calendar).expect("kept");
        assert_eq!(kept(), Some(calendar));
        std::fs::write(&file, "{\"version\":").expect("written");
        assert!(kept().is_none());
    }

    #[test]
    fn what_may_be_one_accounts_own_is_nobody_elses() {
        let refused = Problem::new("token_refused", "It was refused.", "Sign in.", Remedy::SignInAgain);
        let calendar = for_exchanges(&["NSE".to_owned()]);
        for (sentence, answer, shared) in [
            ("a calendar", Ok(Some(calendar)), SHARED),
            ("that there is none", Ok(None), SHARED),
            ("a broker that is down", Err(EMPTY), SHARED_FAILURE),
            ("a token that was refused", Err(refused), Duration::zero()),
        ] {
            assert_eq!(shared_for(&answer), shared, "{sentence}");
        }
    }

    #[test]
    fn markets_are_told_apart_by_broker_exchanges_and_address() {
        let market = |broker, base_url: Option<&str>, exchange: &str| {
            Market { broker, base_url: base_url.map(ToOwned::to_owned), exchanges: vec![exchange.to_owned()] }
                .file_name()
        };
        let one = market("upstox", None, "NSE");
        assert_eq!(one, market("upstox", None, "NSE"));
        assert!(one.starts_with("upstox-"), "{one}");
        for other in
            [market("dhan", None, "NSE"), market("upstox", None, "MCX"), market("upstox", Some("http://x"), "NSE")]
        {
            assert_ne!(one, other);
        }
    }
}
