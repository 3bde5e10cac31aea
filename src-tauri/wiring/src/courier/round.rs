//! Serves one outlet: looks what the gate gives out, brings it there if it is not there, and comes back after a failure.
//!
//! The invariant: between two failures of one token the pauses grow, and a change of settings or a new token ends a pause.
//! What this is not: told which token to bring; it always brings the newest.

use super::errand::Errand;
use super::memory::{Delivered, Memory};
use super::{Board, Job, Office};
use chrono::Duration;
use daypass_domain::{Backoff, Generation, Moment, Problem};
use daypass_manager::HandOut;
use daypass_manager::view::{OutletState, OutletView};
use daypass_outlets::{Outlet, Parcel};
use std::sync::Arc;
use tokio::sync::watch;

/// A receiver that restarts is there again in seconds; one that is away for long is asked a few hundred times a day.
const BACKOFF: Backoff = Backoff { first: Duration::seconds(2), longest: Duration::minutes(5) };

pub(super) struct Round {
    board: Arc<Board>,
    office: Arc<dyn Office>,
    memory: Arc<Memory>,
    row: Row,
}

/// Failures in a row with one token and one set of settings.
#[derive(Default)]
struct Row {
    of: (Generation, String),
    failures: u32,
    code: String,
}

impl Round {
    pub(super) fn new(board: Arc<Board>, office: Arc<dyn Office>, memory: Arc<Memory>) -> Self {
        Self { board, office, memory, row: Row::default() }
    }

    /// Until the outlet is switched off.
    pub(super) async fn run(mut self, mut jobs: watch::Receiver<Job>) {
        loop {
            let job = jobs.borrow_and_update().clone();
            let again = self.go(&job.errand).await;
            let office = self.office.clone();
            // A look hurries nobody who is about to try again anyway.
            let is_due = |new: &Job| again.is_none() || !new.same_as(&job);
            let pause = async {
                match again {
                    Some(moment) => office.until(moment).await,
                    None => std::future::pending().await,
                }
            };
            tokio::pin!(pause);
            loop {
                tokio::select! {
                    changed = jobs.changed() => match changed {
                        Ok(()) if is_due(&jobs.borrow_and_update()) => break,
                        Ok(()) => {}
                        Err(_) => return,
                    },
                    () = &mut pause => break,
                }
            }
        }
    }

    /// Once; when to come again, if it must be tried again.
    async fn go(&mut self, errand: &Errand) -> Option<Moment> {
        let account = self.board.account.clone();
        let last = self.memory.last(&account, errand.kind);
        let view = |state| {
            let (generation, at) = last.as_ref().map_or((0, None), |last| (last.generation.0, Some(last.at)));
            OutletView { generation, at, ..errand.view(state) }
        };
        // Said before there is a token: whoever sets it up is there now.
        let place = match &errand.place {
            Ok(place) => place,
            Err(problem) => {
                self.board.show(OutletView { problem: Some(problem.clone()), ..view(OutletState::Failed) });
                return None;
            }
        };
        let Ok(out) = self.office.token(&account).await else {
            self.board.show(view(OutletState::Waiting));
            return None;
        };
        let there = |last: &Delivered| {
            last.generation == out.generation && last.issued_at == out.issued_at && last.seal == errand.seal
        };
        let parcel = self.parcel(errand, &out);
        // A file is its owner's, who may have taken it away or put an older one back.
        if last.as_ref().is_some_and(there) && place.is_there(&parcel).await {
            self.board.show(view(OutletState::Delivered));
            return None;
        }
        self.board.show(view(OutletState::Delivering));
        match self.bring(errand, &**place, &parcel).await {
            Ok(()) => None,
            Err(problem) => {
                let again = self.failed(errand, &out, &problem);
                let failed = view(OutletState::Failed);
                self.board.show(OutletView { problem: Some(problem), next_try: Some(again), ..failed });
                Some(again)
            }
        }
    }

    fn parcel(&self, errand: &Errand, out: &HandOut) -> Parcel {
        Parcel {
            account: self.board.account.clone(),
            label: errand.label.clone(),
            broker: out.broker.to_owned(),
            env: out.env.to_owned(),
            token: out.token.clone(),
            generation: out.generation,
            issued_at: out.issued_at,
            ends: out.ends,
        }
    }

    async fn bring(&self, errand: &Errand, place: &dyn Outlet, parcel: &Parcel) -> Result<(), Problem> {
        let account = &self.board.account;
        place.deliver(parcel, self.office.ports().await).await?;
        let (generation, issued_at, at) = (parcel.generation, parcel.issued_at, self.office.now());
        tracing::info!(%account, outlet = errand.kind, %generation, "The token is in its place");
        self.office.delivered(account, generation, &errand.kind.replace('_', " "));
        let delivered = Delivered { generation, issued_at, seal: errand.seal.clone(), at };
        let state = OutletState::Delivered;
        self.board.show(OutletView { generation: generation.0, at: Some(at), ..errand.view(state) });
        self.memory.remember(account, errand.kind, delivered).await;
        Ok(())
    }

    fn failed(&mut self, errand: &Errand, out: &HandOut, problem: &Problem) -> Moment {
        let of = (out.generation, errand.seal.clone());
        if self.row.of != of {
            self.row = Row { of, ..Row::default() };
        }
        self.row.failures += 1;
        // A trouble that stays is one line.
        if self.row.code != problem.code {
            self.row.code = problem.code.to_string();
            tracing::warn!(account = %self.board.account, outlet = errand.kind, "{problem}");
        }
        self.office.now() + BACKOFF.pause(self.row.failures, self.seed())
    }

    /// Spreads outlets that fail together.
    fn seed(&self) -> u64 {
        self.board.account.as_str().bytes().map(u64::from).sum::<u64>() * 31 + self.row.of.0.0
    }
}
