//! A broker that gives the answers it was handed, one by one, and counts what it was asked.
//!
//! When its answers are used up it says that it does not know: unknown is not no. For tests of whatever drives a real
//! [`Broker`]; the [`World`](crate::World) has a model of its own.

use async_trait::async_trait;
use daypass_brokers::{Answer, Artefact, Broker, BrokerError, Callback, Failure, Handshake, Network, Probe, Reached};
use daypass_domain::{BrokerProfile, Credentials, Grant, Problem, Remedy};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use url::Url;

/// The answers still to be given, and the requests so far.
#[derive(Debug, Default)]
pub struct Script {
    /// For `exchange`.
    pub exchanges: VecDeque<Result<Grant, BrokerError>>,
    /// For `renew`.
    pub renewals: VecDeque<Result<Grant, BrokerError>>,
    /// For `probe`.
    pub probes: VecDeque<Probe>,
    /// For `revoke`.
    pub revocations: VecDeque<Result<(), BrokerError>>,
    /// The name of each request, in order.
    pub asked: Vec<&'static str>,
}

/// A broker with a profile and a script.
#[derive(Debug)]
pub struct ScriptedBroker {
    profile: &'static BrokerProfile,
    script: Mutex<Script>,
}

impl ScriptedBroker {
    /// A broker like that one, with these answers.
    pub fn new(profile: &'static BrokerProfile, script: Script) -> Self {
        Self { profile, script: Mutex::new(script) }
    }

    /// Looks at the script, or adds to it.
    pub fn script<R>(&self, with: impl FnOnce(&mut Script) -> R) -> R {
        with(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer<T>(
        &self,
        name: &'static str,
        queue: impl FnOnce(&mut Script) -> &mut VecDeque<Result<T, BrokerError>>,
    ) -> Answer<T> {
        let answer = self.script(|script| {
            script.asked.push(name);
            queue(script).pop_front()
        });
        let answer = answer.unwrap_or_else(|| Err(used_up()));
        answer.map(|value| Reached { value, clock_skew: None, retry_after: None })
    }
}

const USED_UP: Problem = Problem::new(
    "script_used_up",
    "The script has no further answer.",
    "Hand the scripted broker more of them.",
    Remedy::TryAgain,
);

fn used_up() -> BrokerError {
    BrokerError { failure: Failure::Unknown, problem: USED_UP, retry_after: None }
}

#[async_trait]
impl Broker for ScriptedBroker {
    fn profile(&self) -> &'static BrokerProfile {
        self.profile
    }

    fn check(&self, _credentials: &Credentials) -> Result<(), Problem> {
        Ok(())
    }

    fn authorize_url(&self, _credentials: &Credentials, handshake: &Handshake) -> Result<Url, Problem> {
        let mut url = Url::parse("http://127.0.0.1:9/dialog").map_err(|_| USED_UP)?;
        url.query_pairs_mut().append_pair("state", handshake.state.expose());
        Ok(url)
    }

    fn address(&self, credentials: &Credentials) -> Option<Url> {
        credentials.account.option("base_url").and_then(|url| url.parse().ok())
    }

    fn read_callback(&self, _credentials: &Credentials, callback: &Callback) -> Result<Artefact, Problem> {
        callback.secret("code").cloned().map(Artefact).ok_or(USED_UP)
    }

    async fn exchange(
        &self,
        _net: &Network,
        _credentials: &Credentials,
        _handshake: &Handshake,
        _artefact: &Artefact,
    ) -> Answer<Grant> {
        self.answer("exchange", |script| &mut script.exchanges)
    }

    async fn renew(&self, _net: &Network, _credentials: &Credentials, _grant: &Grant) -> Answer<Grant> {
        self.answer("renew", |script| &mut script.renewals)
    }

    async fn probe(&self, _net: &Network, _credentials: &Credentials, _grant: &Grant) -> Reached<Probe> {
        let value = self.script(|script| {
            script.asked.push("probe");
            script.probes.pop_front()
        });
        Reached { value: value.unwrap_or(Probe::Unknown(USED_UP)), clock_skew: None, retry_after: None }
    }

    async fn revoke(&self, _net: &Network, _credentials: &Credentials, _grant: &Grant) -> Answer<()> {
        self.answer("revoke", |script| &mut script.revocations)
    }
}
