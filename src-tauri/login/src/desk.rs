//! Where a sign-in's callbacks, pastes and result meet.
//!
//! The invariant: the right state is spent by the first who brings it, browser or person, and only that one's
//! parameters go on. What this is not: it reads no socket, and it does not know how the sign-in ended until told.

use crate::gate::{Gate, Params, Stray, Verdict};
use crate::look::{self, Answer};
use crate::page::{self, Page};
use hyper::Request;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// The first look at `/done` waits this long for a quick result, so that "Asking …" does not just flash by.
const FIRST_PATIENCE: Duration = Duration::from_millis(300);
/// Later looks are held open this long: the tab shows "Asking …" meanwhile, and the result the moment it is known.
const PATIENCE: Duration = Duration::from_secs(20);
/// More looks than this are not held open at once; one tab needs one.
const HELD_AT_ONCE: usize = 16;
/// Those that are not held come back after (seconds).
const COME_BACK: u32 = 2;

/// How far the sign-in is, as its tab may know.
#[derive(Clone)]
enum Stage {
    Waiting,
    Asking,
    Ended(Arc<Page>),
}

/// One sign-in, as seen by its visitors.
pub(crate) struct Desk {
    gate: Gate,
    broker: String,
    answers: mpsc::Sender<Params>,
    spent: AtomicBool,
    stage: watch::Sender<Stage>,
    asking_shown: AtomicBool,
    held: Semaphore,
    read: CancellationToken,
}

/// Why an answer with the right state is not taken.
pub(crate) enum TooLate {
    /// The state was used before.
    Used,
    /// Nobody waits any more.
    Over,
}

impl Desk {
    /// A desk, and the end at which the one right answer comes out.
    pub(crate) fn new(gate: Gate, broker: String) -> (Self, mpsc::Receiver<Params>) {
        let (answers, taken) = mpsc::channel(1);
        let desk = Self {
            gate,
            broker,
            answers,
            spent: AtomicBool::new(false),
            stage: watch::Sender::new(Stage::Waiting),
            asking_shown: AtomicBool::new(false),
            held: Semaphore::new(HELD_AT_ONCE),
            read: CancellationToken::new(),
        };
        (desk, taken)
    }

    /// What the answers are checked by.
    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Whether the result has reached a tab.
    pub(crate) fn read(&self) -> &CancellationToken {
        &self.read
    }

    /// Takes the right answer; the second one is told so.
    pub(crate) fn accept(&self, params: Params) -> Result<(), TooLate> {
        if self.spent.swap(true, Ordering::AcqRel) {
            return Err(TooLate::Used);
        }
        let mut waiting = false;
        self.stage.send_if_modified(|stage| {
            waiting = matches!(stage, Stage::Waiting);
            if waiting {
                *stage = Stage::Asking;
            }
            waiting
        });
        if !waiting || self.answers.try_send(params).is_err() {
            return Err(TooLate::Over);
        }
        Ok(())
    }

    /// Tells every tab, present and future, how it ended.
    pub(crate) fn end(&self, page: Page) {
        self.stage.send_replace(Stage::Ended(Arc::new(page)));
    }

    /// Answers one request.
    pub(crate) async fn serve<B>(&self, request: &Request<B>) -> Answer {
        match self.gate.judge(request) {
            Verdict::Answer(params) => self.called_back(params),
            Verdict::Done => self.done().await,
            Verdict::Stray(stray) => {
                tracing::debug!(reason = stray.reason(), "ignored a request that is not the callback");
                look::answer(stray.status(), &page::stray(stray)).allowing_get_if(stray == Stray::NotGet)
            }
        }
    }

    fn called_back(&self, params: Params) -> Answer {
        match self.accept(params) {
            Ok(()) => {
                tracing::debug!("the callback is here");
                look::see_other(self.gate.done_path())
            }
            // The page that is shown there says why nobody waits, if anybody still knows.
            Err(TooLate::Over) => look::see_other(self.gate.done_path()),
            Err(TooLate::Used) => look::answer(hyper::StatusCode::GONE, &page::used()),
        }
    }

    async fn done(&self) -> Answer {
        let mut stage = self.stage.subscribe();
        if matches!(*stage.borrow(), Stage::Waiting) {
            return look::answer(Stray::NotFound.status(), &page::stray(Stray::NotFound));
        }
        let patience = if self.asking_shown.load(Ordering::Acquire) { PATIENCE } else { FIRST_PATIENCE };
        let held = self.held.try_acquire();
        let patience = if held.is_ok() { patience } else { Duration::ZERO };
        let ended = timeout(patience, stage.wait_for(|stage| matches!(stage, Stage::Ended(_)))).await;
        if let Ok(Ok(stage)) = ended
            && let Stage::Ended(page) = &*stage
        {
            return look::answer(hyper::StatusCode::OK, &page::result(page, &self.broker)).final_word();
        }
        self.asking_shown.store(true, Ordering::Release);
        let again = if held.is_ok() { 0 } else { COME_BACK };
        look::answer(hyper::StatusCode::OK, &page::asking(&self.broker)).again_after(again)
    }
}
