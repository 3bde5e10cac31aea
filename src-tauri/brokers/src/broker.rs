//! The one shape that every broker has.
//!
//! The invariant that the rest stands on: **unknown is not no**. A network error, a 5xx, a 429, a page of HTML or a
//! body that cannot be read is [`Probe::Unknown`] or [`Failure::Unknown`], and never costs anybody a token. Only the
//! broker's own words ("this token is not valid") are [`Probe::Invalid`].

use async_trait::async_trait;
use chrono::{Duration, NaiveDate};
use daypass_domain::calendar::Published;
use daypass_domain::{BrokerProfile, Credentials, Grant, Moment, Problem, Reach, Renewal, Secret, UserId};
use url::Url;

/// One broker. Object-safe; implementations are stateless and shared by all accounts.
#[async_trait]
pub trait Broker: Send + Sync {
    /// What it is like, as data.
    fn profile(&self) -> &'static BrokerProfile;

    /// Whether and how this account renews without a person: the profile's answer, unless a setting of the account says
    /// otherwise.
    fn renewal(&self, _credentials: &Credentials) -> Renewal {
        self.profile().renewal
    }

    /// Whether this account's token can be asked about at all. While it cannot, a probe answers [`Probe::Unknown`].
    fn probes(&self, _credentials: &Credentials) -> bool {
        self.profile().probes
    }

    /// What a sign-out of this account ends at the broker; `None` if there is nothing to ask.
    fn revocation(&self, _credentials: &Credentials) -> Option<Reach> {
        self.profile().revocation
    }

    /// Whether this account's sign-in is protected by PKCE.
    fn pkce(&self, _credentials: &Credentials) -> bool {
        self.profile().pkce
    }

    /// Whether the account's settings are complete and sensible for this broker. The first problem is returned; it
    /// names the setting. Nothing is sent while this fails.
    fn check(&self, credentials: &Credentials) -> Result<(), Problem>;

    /// The address that the browser opens. Contains no secret.
    fn authorize_url(&self, credentials: &Credentials, handshake: &Handshake) -> Result<Url, Problem>;

    /// Where its API is, for a look whether it can be reached; `None` while the settings do not say.
    fn address(&self, credentials: &Credentials) -> Option<Url>;

    /// Reads the redirect's parameters, after `state` has been checked by the caller: the artefact to exchange, or the
    /// broker's refusal. Parameters that occur twice never get here.
    fn read_callback(&self, credentials: &Credentials, callback: &Callback) -> Result<Artefact, Problem>;

    /// Turns the artefact into a grant: one request, never repeated, because the artefact is spent whatever happens.
    async fn exchange(
        &self,
        net: &Network,
        credentials: &Credentials,
        handshake: &Handshake,
        artefact: &Artefact,
    ) -> Answer<Grant>;

    /// Replaces the access token without a person. Called only if the profile says that it renews and the grant
    /// carries a refresh token. The grant that comes back keeps `granted_at` and `user`.
    async fn renew(&self, net: &Network, credentials: &Credentials, grant: &Grant) -> Answer<Grant>;

    /// Asks the broker whether the token works.
    async fn probe(&self, net: &Network, credentials: &Credentials, grant: &Grant) -> Reached<Probe>;

    /// Ends the token at the broker. A token that the broker does not know any more counts as ended.
    async fn revoke(&self, net: &Network, credentials: &Credentials, grant: &Grant) -> Answer<()>;

    /// Asks for the exchanges' calendar: the holidays of the year, and the hours of these dates. `None`: this broker has
    /// none. The token is shown only to a broker that wants to see it. A failure says nothing about the token.
    async fn calendar(
        &self,
        _net: &Network,
        _credentials: &Credentials,
        _grant: Option<&Grant>,
        _dates: &[NaiveDate],
    ) -> Answer<Option<Published>> {
        Ok(Reached { value: None, clock_skew: None, retry_after: None })
    }
}

/// The way out, and the time: both come in.
#[derive(Clone, Debug)]
pub struct Network {
    /// One shared client: TLS by rustls, redirects off (a broker's API never redirects; a captive portal does).
    pub http: reqwest::Client,
    /// When the call is made; becomes `issued_at`.
    pub now: Moment,
}

/// What ties a callback to the sign-in that was started. Made by whoever starts it; random, used once.
#[derive(Clone, Debug)]
pub struct Handshake {
    /// Echoed back by the broker.
    pub state: Secret,
    /// RFC 7636 verifier; used only if the profile says PKCE.
    pub pkce_verifier: Secret,
}

/// The query of the redirect, decoded, without `state`.
///
/// What carries the artefact is secret; what explains a refusal is not, and must not be: a secret is masked in every
/// text, so a broker's explanation that was kept as one could never be shown.
#[derive(Clone, Debug, Default)]
pub struct Callback {
    secrets: Vec<(String, Secret)>,
    texts: Vec<(String, String)>,
}

impl Callback {
    /// Names and values in the order of arrival, as they came in: all of them secret.
    pub fn new(params: impl IntoIterator<Item = (String, Secret)>) -> Self {
        let mut callback = Self::default();
        for (name, value) in params {
            if is_plain(&name) {
                callback.texts.push((name, value.declassify()));
            } else {
                callback.secrets.push((name, value));
            }
        }
        callback
    }

    /// The value of a parameter that may be secret: everything but the plain ones.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The value of a plain parameter (`error`, `error_description`, `error_code`, `errorCode`, `iss` and so on), if it
    /// is there and not blank. Foreign text: quote it, never trust it.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(key, value)| key == name && !value.trim().is_empty()).map(|(_, value)| value.trim())
    }
}

/// Parameters that explain and grant nothing.
fn is_plain(name: &str) -> bool {
    name == "iss" || name.starts_with("error")
}

/// What a callback carried: the authorization code, or whatever this broker calls it.
#[derive(Clone, Debug)]
pub struct Artefact(pub Secret);

/// An answer and what its trip told us on the side.
#[derive(Clone, Debug)]
pub struct Reached<T> {
    /// What the broker said.
    pub value: T,
    /// How far this machine's clock is behind (positive) or ahead of the broker's `Date` header.
    pub clock_skew: Option<Duration>,
    /// `Retry-After`, where the broker sent one: a probe that learned nothing brings it along.
    pub retry_after: Option<Duration>,
}

/// The result of a request that can fail.
pub type Answer<T> = Result<Reached<T>, BrokerError>;

/// What a probe learned.
#[derive(Clone, Debug)]
pub enum Probe {
    /// The broker accepted the token.
    Valid {
        /// Who it belongs to, where the broker says so.
        user: Option<UserId>,
    },
    /// The broker said in its own words that this token does not work.
    Invalid(Problem),
    /// No usable answer; says why. Never signs anyone out.
    Unknown(Problem),
}

/// Why a request failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{problem}")]
pub struct BrokerError {
    /// How sure we are about what happened at the broker.
    pub failure: Failure,
    /// For people, and with the remedy for programs.
    pub problem: Problem,
    /// `Retry-After`, where the broker sent one.
    pub retry_after: Option<Duration>,
}

/// How sure we are about what happened at the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The broker said no, in its own words.
    Refused,
    /// The request never left: nothing is spent.
    NotSent,
    /// It may have been carried out, or not: whatever works only once counts as spent.
    Unknown,
}
