//! What a courier needs from the rest of the program: the gate, time, the ports of outlets, the ledger, the window.
//!
//! A port, so that rounds can be tried without a manager. The invariant: a token comes only from the manager's gate. What
//! this is not: a decision.

use crate::books::Books;
use crate::ledger;
use async_trait::async_trait;
use chrono::Duration;
use daypass_api::Caller;
use daypass_domain::ledger::Via;
use daypass_domain::{AccountId, Generation, Moment};
use daypass_manager::view::OutletView;
use daypass_manager::{Clock, Event, HandOut, Handle, Refused};
use daypass_outlets::{Ports, Spawner};
use std::sync::Arc;

/// Where a courier comes from.
#[async_trait]
pub(crate) trait Office: Send + Sync {
    /// The token, if it may go out now.
    async fn token(&self, account: &AccountId) -> Result<HandOut, Refused>;
    /// Waits until then.
    async fn until(&self, moment: Moment);
    /// Now.
    fn now(&self) -> Moment;
    /// What outlets may use.
    async fn ports(&self) -> Ports<'_>;
    /// Writes down that this token is there.
    fn delivered(&self, account: &AccountId, generation: Generation, to: &str);
    /// Shows how it goes with all outlets of the account.
    fn show(&self, account: &AccountId, outlets: Vec<OutletView>);
}

/// The real one.
pub(crate) struct Post {
    pub(crate) handle: Handle,
    pub(crate) books: Arc<Books>,
    pub(crate) spawner: Arc<dyn Spawner>,
}

#[async_trait]
impl Office for Post {
    async fn token(&self, account: &AccountId) -> Result<HandOut, Refused> {
        self.handle.hand_out(account, Duration::zero()).await.map(|outlook| outlook.out)
    }

    async fn until(&self, moment: Moment) {
        self.books.clock.until(moment).await;
    }

    fn now(&self) -> Moment {
        self.books.now()
    }

    async fn ports(&self) -> Ports<'_> {
        Ports { http: self.books.http().await, spawner: &*self.spawner, now: self.now() }
    }

    fn delivered(&self, account: &AccountId, generation: Generation, to: &str) {
        let caller = Caller { name: Some(to.to_owned()), via: Via::Outlet };
        let entry = ledger::handed_out(account, generation.0, &caller, self.books.now());
        if self.books.ledger.handed_out(&entry) {
            self.books.meters.happened(&entry);
        }
    }

    fn show(&self, account: &AccountId, outlets: Vec<OutletView>) {
        self.handle.event(Event::Outlets(account.clone(), outlets));
    }
}
