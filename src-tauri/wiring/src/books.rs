//! What carrying out an effect needs: credentials per account, the network, and the sign-ins that wait.

use crate::almanac::Almanac;
use crate::clock::RealClock;
use crate::ledger::Book;
use crate::meters::Meters;
use daypass_brokers::{Broker, Handshake, Network};
use daypass_domain::{AccountId, Attempt, Credentials, Moment};
use daypass_login::{Opener, Page, Paster};
use daypass_manager::Clock;
use daypass_senses::Watching;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::{SetOnce, oneshot};
use url::Url;

/// Shared by everything that acts.
pub(crate) struct Books {
    pub(crate) clock: RealClock,
    pub(crate) almanac: Almanac,
    pub(crate) ledger: Book,
    pub(crate) meters: Meters,
    /// Knows whether somebody is there.
    pub(crate) watching: OnceLock<Watching>,
    pub(crate) opener: Option<Arc<dyn Opener>>,
    /// The one HTTP client, once it is there.
    http: Arc<SetOnce<reqwest::Client>>,
    accounts: Mutex<HashMap<AccountId, Known>>,
    sign_ins: Mutex<HashMap<AccountId, SignIn>>,
    /// The last sign-in of each account that was ended.
    ended: Mutex<HashMap<AccountId, Attempt>>,
    /// Whose stored secrets may be erased: accounts that a person has removed.
    erasable: Mutex<HashSet<AccountId>>,
}

/// An account and its broker.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) broker: &'static dyn Broker,
    pub(crate) credentials: Credentials,
}

/// A sign-in whose listener is open.
pub(crate) struct SignIn {
    pub(crate) attempt: Attempt,
    /// As they were when it began: a code is good only for the redirect URI and the client id that it was asked with,
    /// whatever is changed in the settings meanwhile.
    pub(crate) known: Known,
    pub(crate) handshake: Handshake,
    pub(crate) url: Url,
    pub(crate) paster: Paster,
    pub(crate) finish: oneshot::Sender<Page>,
}

impl Books {
    pub(crate) fn new(
        clock: RealClock,
        (almanac, ledger, meters): (Almanac, Book, Meters),
        opener: Option<Arc<dyn Opener>>,
    ) -> Self {
        let (http, watching) = (Arc::default(), OnceLock::new());
        let (accounts, sign_ins) = (Mutex::default(), Mutex::default());
        let (ended, erasable) = (Mutex::default(), Mutex::default());
        Self { clock, almanac, ledger, meters, watching, opener, http, accounts, sign_ins, ended, erasable }
    }

    /// Makes the HTTP client beside everything else: what the system trusts are hundreds of files, and nothing that a bot
    /// asks for has to wait for them. To be called once.
    pub(crate) fn make_http(&self) {
        let made = self.http.clone();
        let make = move || drop(made.set(daypass_brokers::http_client()));
        if let Err(error) = std::thread::Builder::new().name("trust".into()).spawn(make.clone()) {
            tracing::debug!(%error, "No thread to read what the system trusts");
            make();
        }
    }

    pub(crate) async fn network(&self) -> Network {
        Network { http: self.http().await.clone(), now: self.now() }
    }

    /// Everybody's, as soon as [`Self::make_http`] is done.
    pub(crate) async fn http(&self) -> &reqwest::Client {
        self.http.wait().await
    }

    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    pub(crate) fn known(&self, account: &AccountId) -> Option<Known> {
        guard(&self.accounts).get(account).cloned()
    }

    pub(crate) fn put(&self, known: Known) {
        guard(&self.accounts).insert(known.credentials.account.id.clone(), known);
    }

    pub(crate) fn forget(&self, account: &AccountId) {
        guard(&self.accounts).remove(account);
    }

    /// A person removes this account: nothing of it is to stay.
    pub(crate) fn allow_erasing(&self, account: AccountId) {
        guard(&self.erasable).insert(account);
    }

    /// Whether a person has removed this account. Asked once.
    pub(crate) fn may_erase(&self, account: &AccountId) -> bool {
        guard(&self.erasable).remove(account)
    }

    /// False if this sign-in was ended while its listener was being opened: nobody would ever close that.
    pub(crate) fn sign_in_opened(&self, account: AccountId, sign_in: SignIn) -> bool {
        let mut sign_ins = guard(&self.sign_ins);
        if guard(&self.ended).get(&account).is_some_and(|ended| *ended >= sign_in.attempt) {
            return false;
        }
        sign_ins.insert(account, sign_in);
        true
    }

    /// Looks at a waiting sign-in, if it is this attempt's.
    pub(crate) fn sign_in<T>(
        &self,
        account: &AccountId,
        attempt: Attempt,
        look: impl FnOnce(&SignIn) -> T,
    ) -> Option<T> {
        guard(&self.sign_ins).get(account).filter(|sign_in| sign_in.attempt == attempt).map(look)
    }

    /// The paster of whatever sign-in waits for this account.
    pub(crate) fn paster(&self, account: &AccountId) -> Option<Paster> {
        guard(&self.sign_ins).get(account).map(|sign_in| sign_in.paster.clone())
    }

    /// Takes a waiting sign-in away, if it is this attempt's.
    pub(crate) fn sign_in_closed(&self, account: &AccountId, attempt: Attempt) -> Option<SignIn> {
        let mut sign_ins = guard(&self.sign_ins);
        guard(&self.ended).insert(account.clone(), attempt);
        if sign_ins.get(account)?.attempt != attempt {
            return None;
        }
        sign_ins.remove(account)
    }
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
