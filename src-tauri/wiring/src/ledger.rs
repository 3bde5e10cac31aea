//! The ledger's own lane: one thread that writes what happened, in batches, and answers questions about it.
//!
//! The invariant: nothing waits for it. A ledger that cannot be opened or written costs a sentence in the log and in the
//! window; what could not be written is kept, up to a bound, and tried again with what comes next.

use chrono_tz::Tz;
use daypass_api::Caller;
use daypass_domain::{AccountId, Entry, Happening, Moment, Plain, Problem, Remedy};
use daypass_history::{Filter, History, HistoryLine, Ledger};
use daypass_manager::Clock;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use tokio::sync::oneshot;

/// So much is kept while it cannot be written: some days of one account, or an hour of very many.
const KEPT: usize = 10_000;
/// The end of the program does not hang on a disk that does not answer.
const LAST_LINES: std::time::Duration = std::time::Duration::from_secs(5);
/// So many programs of one account are told apart.
const NAMES: usize = 256;
/// Days are drawn for at most a year.
const LONGEST_STRIPS: chrono::Duration = chrono::Duration::days(366);
/// Answers are cut to so many lines unless somebody asks for more.
const LINES: usize = 1_000;

/// The way to the ledger; cheap to clone.
#[derive(Clone)]
pub(crate) struct Book {
    jobs: mpsc::Sender<Job>,
    /// Which generation of each account each program has: a bot that asks each second is one line.
    handed: Arc<Mutex<HashMap<AccountId, HashMap<Plain, u64>>>>,
}

enum Job {
    Write(Entry),
    Read(Question),
}

type Question = Box<dyn FnOnce(Result<&Ledger, Problem>) + Send>;

impl Book {
    /// Opens the ledger on a thread of its own; the thread ends with the last handle. `say` is told what is wrong with it,
    /// and when nothing is any more.
    pub(crate) fn open(
        folder: PathBuf,
        clock: Arc<dyn Clock>,
        say: impl Fn(Option<Problem>) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel();
        std::thread::Builder::new().name("ledger".into()).spawn(move || {
            let open = || {
                let ledger = Ledger::open(&folder, clock.now()).map_err(|error| error.problem())?;
                if let Err(error) = ledger.prune(daypass_history::kept_since(clock.now())) {
                    tracing::warn!("Old lines of the ledger could not be removed: {}", error.problem());
                }
                Ok(ledger)
            };
            let ledger = open();
            if let Some(problem) = trouble(&ledger) {
                tracing::warn!("{problem}");
                say(Some(problem));
            }
            let open = || {
                let ledger = open();
                if ledger.is_ok() {
                    say(trouble(&ledger));
                }
                ledger
            };
            serve(ledger, open, &queue);
        })?;
        Ok(Self { jobs, handed: Arc::default() })
    }

    /// Writes a line.
    pub(crate) fn write(&self, entry: Entry) {
        let _ = self.jobs.send(Job::Write(entry));
    }

    /// A token was handed out; true the first time that this program is given this generation, which is written down.
    pub(crate) fn handed_out(&self, entry: &Entry) -> bool {
        let Happening::HandedOut { generation, to, .. } = &entry.happening else { return false };
        let mut handed = self.handed.lock().unwrap_or_else(PoisonError::into_inner);
        let of_account = match handed.get_mut(&entry.account) {
            Some(of_account) => of_account,
            None => handed.entry(entry.account.clone()).or_default(),
        };
        if of_account.get(to) == Some(&generation.0) {
            return false;
        }
        // Whoever gives itself a new name for each question is written down, but not remembered for ever.
        if of_account.len() >= NAMES {
            of_account.clear();
        }
        of_account.insert(to.clone(), generation.0);
        self.write(entry.clone());
        true
    }

    /// Who was given which token before the program started, the oldest first.
    pub(crate) async fn handed_before(&self) -> Vec<Entry> {
        let (reply, answer) = oneshot::channel();
        let filter = Filter { kinds: vec!["handed_out".to_owned()], limit: Some(LINES), ..Filter::default() };
        let read = move |ledger: Result<&Ledger, Problem>| {
            let _ = reply.send(ledger.ok().and_then(|ledger| ledger.list(&filter).ok()).unwrap_or_default());
        };
        let _ = self.jobs.send(Job::Read(Box::new(read)));
        let mut entries = answer.await.unwrap_or_default();
        entries.reverse();
        entries
    }

    /// Lines, sums by day, all sums together, who was given tokens, and for one account its strips; as JSON.
    pub(crate) async fn read(&self, filter: Filter, zone: Tz, csv: bool) -> Result<Value, Problem> {
        let (reply, answer) = oneshot::channel();
        let read = move |ledger: Result<&Ledger, Problem>| {
            let page = ledger.and_then(|ledger| page(ledger, filter, zone, csv));
            let _ = reply.send(page.map(|page| json!(page)));
        };
        let _ = self.jobs.send(Job::Read(Box::new(read)));
        answer.await.unwrap_or(Err(GONE))
    }

    /// Everything written so far is on disk when this returns, unless the disk takes too long over it.
    pub(crate) async fn flush(&self) {
        let (reply, done) = oneshot::channel();
        let _ = self.jobs.send(Job::Read(Box::new(move |_| {
            let _ = reply.send(());
        })));
        let _ = tokio::time::timeout(LAST_LINES, done).await;
    }
}

type Opened = Result<Ledger, Problem>;

/// What is wrong with it, or was.
fn trouble(ledger: &Opened) -> Option<Problem> {
    ledger.as_ref().map_or_else(|problem| Some(problem.clone()), |ledger| ledger.notice().cloned())
}

/// A ledger that could not be opened is tried again with what comes next: a full disk is a matter of minutes.
fn serve(mut ledger: Opened, open: impl Fn() -> Opened, queue: &mpsc::Receiver<Job>) {
    let mut kept = Vec::new();
    let mut failed = false;
    while let Ok(first) = queue.recv() {
        let mut next = Some(first);
        let mut read = None;
        // What has piled up goes in one transaction.
        while let Some(job) = next.take() {
            match job {
                Job::Write(entry) => {
                    kept.push(entry);
                    next = queue.try_recv().ok();
                }
                Job::Read(job) => read = Some(job),
            }
        }
        if ledger.is_err() {
            ledger = open();
        }
        failed = write(&ledger, &mut kept, failed);
        if let Some(job) = read {
            job(ledger.as_ref().map_err(Clone::clone));
        }
    }
}

/// Writes what is kept; true if it could not be. The trouble is told once, not with every line.
fn write(ledger: &Opened, kept: &mut Vec<Entry>, failed: bool) -> bool {
    if kept.is_empty() {
        return failed;
    }
    let written = match ledger {
        Ok(ledger) => ledger.append(kept).map_err(|error| error.problem()),
        Err(problem) => Err(problem.clone()),
    };
    match written {
        Ok(()) => {
            kept.clear();
            false
        }
        Err(problem) => {
            if !failed {
                tracing::warn!("What happened could not be written down: {problem}");
            }
            let over = kept.len().saturating_sub(KEPT);
            kept.drain(..over);
            true
        }
    }
}

fn page(ledger: &Ledger, filter: Filter, zone: Tz, csv: bool) -> Result<History, Problem> {
    let filter = Filter { limit: Some(filter.limit.unwrap_or(LINES)), ..filter };
    let read = || -> Result<History, daypass_history::LedgerError> {
        let entries = ledger.list(&filter)?;
        let csv = csv.then(|| daypass_history::csv(&entries));
        let (days, totals, bots) = (ledger.days(&filter, zone)?, ledger.totals(&filter)?, ledger.takers(&filter)?);
        let strips = match (&filter.account, filter.since, filter.until) {
            (Some(_), Some(since), Some(until)) if until - since <= LONGEST_STRIPS => {
                ledger.strips(&filter, (since, until), zone)?
            }
            _ => Vec::new(),
        };
        let entries = entries.into_iter().map(HistoryLine::from).collect();
        Ok(History { entries, days, totals, bots, strips, csv })
    };
    read().map_err(|error| error.problem())
}

/// From a text such as `signed_in,refused`, the names that exist; else what is wrong with it.
pub(crate) fn kinds(text: &str) -> Result<Vec<String>, Problem> {
    let names: Vec<String> =
        text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    match names.iter().find(|name| !Happening::NAMES.contains(&name.as_str())) {
        None => Ok(names),
        Some(unknown) => Err(UNKNOWN_KIND
            .saying(format!("Nothing in the ledger is called \"{unknown}\"."))
            .advising(format!("Allowed: {}.", Happening::NAMES.join(", ")))),
    }
}

/// A hand-out. A program that nobody could name is somebody on this computer.
pub(crate) fn handed_out(account: &AccountId, generation: u64, caller: &Caller, now: Moment) -> Entry {
    let generation = daypass_domain::Generation(generation);
    let to = Plain::from(caller.name.clone().unwrap_or_else(|| "this computer".to_owned()));
    Entry { at: now, account: account.clone(), happening: Happening::HandedOut { generation, to, via: caller.via } }
}

const GONE: Problem = Problem::new(
    "ledger_gone",
    "The ledger's thread has ended.",
    "Restart Daypass; the log has more.",
    Remedy::TryAgain,
);
const UNKNOWN_KIND: Problem = Problem::new("unknown_kind", "", "", Remedy::FixSetting);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::RealClock;

    fn started(clock: &RealClock) -> Entry {
        Entry { at: clock.now(), account: AccountId::new("upstox").expect("an id"), happening: Happening::Started }
    }

    #[tokio::test]
    async fn what_happened_is_read_back_and_a_bot_that_polls_is_one_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(RealClock::default());
        let book =
            Book::open(folder.path().to_owned(), clock.clone(), |problem| panic!("{problem:?}")).expect("a thread");
        book.write(started(&clock));
        let upstox = AccountId::new("upstox").expect("an id");
        let asks = |name: &str, generation| {
            let caller = Caller { name: Some(name.to_owned()), via: daypass_domain::ledger::Via::Http };
            book.handed_out(&handed_out(&upstox, generation, &caller, clock.now()))
        };
        for (name, generation, first) in
            [("bot", 1, true), ("bot", 1, false), ("other", 1, true), ("bot", 1, false), ("bot", 2, true)]
        {
            assert_eq!(asks(name, generation), first, "{name} and token {generation}");
        }
        let page = book.read(Filter::default(), chrono_tz::Asia::Kolkata, false).await.expect("a page");
        let names: Vec<_> = page["entries"].as_array().expect("lines").iter().map(|line| &line["happened"]).collect();
        assert_eq!(names, ["handed_out", "handed_out", "handed_out", "started"], "newest first");
        assert_eq!(page["totals"]["hand_outs"], 3);
        let before: Vec<_> = book.handed_before().await.into_iter().map(|entry| entry.happening.sentence()).collect();
        assert!(before.len() == 3 && before[0].contains("Token 1 was given to bot"), "oldest first: {before:?}");
        assert!(page["entries"][3]["sentence"].as_str().is_some_and(|sentence| sentence.ends_with('.')));
        assert_eq!(kinds("signed_in, nonsense").expect_err("unknown").code, "unknown_kind");
    }

    #[tokio::test]
    async fn a_ledger_that_cannot_be_opened_is_said_and_costs_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let (told, hears) = mpsc::channel();
        let nowhere = folder.path().join("missing");
        let say = move |problem| told.send(problem).expect("somebody listens");
        let clock = RealClock::default();
        let book = Book::open(nowhere, Arc::new(clock.clone()), say).expect("a thread");
        book.write(started(&clock));
        assert!(book.read(Filter::default(), chrono_tz::Asia::Kolkata, false).await.is_err());
        assert!(hears.recv().expect("it says so").is_some());
    }
}
