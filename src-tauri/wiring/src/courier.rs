//! Carries each new token to every outlet that is switched on.
//!
//! ```text
//! Effect::Deliver ──► deliver ──► one round per outlet ──► the gate ──► the outlet ──► memory, ledger, window
//! ```
//! The invariant: one delivery at a time for each outlet, each with the token that the gate gives out at that moment, and
//! no outlet waits for another. A round that fails is made again with growing pauses until it succeeds, a newer token has
//! come or the token has ended. What this is not: a way to a token beside the gate, or the place itself (`outlets`).

mod errand;
mod memory;
mod office;
mod round;
#[cfg(test)]
mod tests;

pub(crate) use errand::Errand;
pub(crate) use memory::Memory;
pub(crate) use office::{Office, Post};

use daypass_domain::{AccountId, Generation};
use daypass_manager::view::OutletView;
use round::Round;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The end of the program does not hang on a receiver that does not answer; the next start brings what is missing.
const LAST_ROUNDS: std::time::Duration = std::time::Duration::from_secs(5);

/// Every round there is.
pub(crate) struct Courier {
    memory: Arc<Memory>,
    accounts: Mutex<HashMap<AccountId, Lanes>>,
}

/// The outlets of one account.
struct Lanes {
    board: Arc<Board>,
    lanes: Vec<Lane>,
}

/// One outlet, and the task that serves it; the task ends when this is dropped, after what it is about to do.
struct Lane {
    kind: &'static str,
    job: watch::Sender<Job>,
    task: JoinHandle<()>,
}

/// What a round is to do. A change of anything wakes it.
#[derive(Clone)]
struct Job {
    errand: Arc<Errand>,
    news: Generation,
    /// How often its settings were put, the same ones too: each time it is looked whether the token is there still.
    looks: u64,
}

impl Job {
    /// Whether it is the same delivery, however often it was looked at.
    fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.errand, &other.errand) && self.news == other.news
    }
}

impl Courier {
    pub(crate) fn new(memory: Memory) -> Self {
        Self { memory: Arc::new(memory), accounts: Mutex::default() }
    }

    /// The outlets of an account as they are set now. A new one and one that has changed are served at once, one that is as
    /// it was is looked at; what was brought to one that is switched off is forgotten, so that it is served when it is
    /// switched on again.
    pub(crate) fn put(&self, office: &Arc<dyn Office>, account: &AccountId, errands: Vec<Errand>) {
        let mut accounts = self.accounts();
        self.memory.keep_only(account, &errands.iter().map(|errand| errand.kind).collect::<Vec<_>>());
        if errands.is_empty() && !accounts.contains_key(account) {
            return;
        }
        let lanes = accounts.entry(account.clone()).or_insert_with(|| Lanes::of(account, office));
        lanes.board.list(&errands);
        lanes.lanes.retain(|lane| errands.iter().any(|errand| errand.kind == lane.kind));
        for errand in errands {
            match lanes.lanes.iter().find(|lane| lane.kind == errand.kind) {
                Some(lane) => lane.put(errand),
                None => lanes.lanes.push(self.lane(office, &lanes.board, errand)),
            }
        }
        if lanes.lanes.is_empty() {
            accounts.remove(account);
        }
    }

    /// The account is no longer in the settings.
    pub(crate) fn forget(&self, account: &AccountId) {
        self.accounts().remove(account);
    }

    /// A person has removed the account: nothing of it is to stay.
    pub(crate) fn erase(&self, account: &AccountId) {
        self.forget(account);
        self.memory.keep_only(account, &[]);
    }

    /// There is a token that may be handed out.
    pub(crate) fn deliver(&self, account: &AccountId, generation: Generation) {
        if let Some(lanes) = self.accounts().get(account) {
            lanes.lanes.iter().for_each(|lane| lane.job.send_modify(|job| job.news = generation));
        }
    }

    /// Lets every delivery that is due come to its end, within limits.
    pub(crate) async fn stop(&self) {
        let lanes: Vec<Lane> = std::mem::take(&mut *self.accounts()).into_values().flat_map(|all| all.lanes).collect();
        // All of them are told before the first one is waited for.
        let mut tasks: Vec<_> = lanes.into_iter().map(|lane| lane.task).collect();
        let ends = async {
            for task in &mut tasks {
                let _ = task.await;
            }
        };
        if tokio::time::timeout(LAST_ROUNDS, ends).await.is_err() {
            tasks.iter().for_each(JoinHandle::abort);
        }
    }

    fn lane(&self, office: &Arc<dyn Office>, board: &Arc<Board>, errand: Errand) -> Lane {
        let kind = errand.kind;
        let (job, jobs) = watch::channel(Job { errand: Arc::new(errand), news: Generation(0), looks: 0 });
        let round = Round::new(board.clone(), office.clone(), self.memory.clone());
        Lane { kind, job, task: tokio::spawn(round.run(jobs)) }
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<AccountId, Lanes>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lanes {
    fn of(account: &AccountId, office: &Arc<dyn Office>) -> Self {
        let board = Board { account: account.clone(), office: office.clone(), views: Mutex::default() };
        Self { board: Arc::new(board), lanes: Vec::new() }
    }
}

impl Lane {
    fn put(&self, errand: Errand) {
        self.job.send_modify(|job| {
            job.looks += 1;
            if !job.errand.same_as(&errand) {
                job.errand = Arc::new(errand);
            }
        });
    }
}

/// How it goes with the outlets of one account, for the window.
struct Board {
    account: AccountId,
    office: Arc<dyn Office>,
    views: Mutex<Vec<OutletView>>,
}

impl Board {
    /// These are switched on, in this order; what is known of one stays.
    fn list(&self, errands: &[Errand]) {
        let mut views = self.views();
        let known = |errand: &Errand| views.iter().find(|view| view.kind == errand.kind).cloned();
        let view = |errand: &Errand| {
            let view = known(errand).unwrap_or_else(|| errand.first_view());
            OutletView { target: errand.target.clone(), ..view }
        };
        *views = errands.iter().map(view).collect();
        self.office.show(&self.account, views.clone());
    }

    /// It goes like this now; one that was switched off meanwhile is not shown again.
    fn show(&self, view: OutletView) {
        let mut views = self.views();
        if let Some(place) = views.iter_mut().find(|known| known.kind == view.kind) {
            *place = view;
            // In the lock, so that nothing older is shown after it.
            self.office.show(&self.account, views.clone());
        }
    }

    fn views(&self) -> MutexGuard<'_, Vec<OutletView>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
