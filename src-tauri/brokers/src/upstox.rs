//! Upstox: a browser sign-in every trading day, and no renewal.
//!
//! The invariant: an authorization code is sent once, whatever comes back; Upstox spends it even if the exchange fails.
//! Every token ends at 03:30 India time, whatever its issue time, and nothing but a new sign-in replaces it. What this
//! is not: a user of Upstox's other ways in (read-only tokens made by hand, approval by phone).

mod calendar;
mod codes;
mod wire;

use crate::failure::{not_sent, spent, unanswered};
use crate::http::{Reply, send};
use crate::{Answer, Artefact, Broker, BrokerError, Callback, Handshake, Network, Probe, Reached};
use crate::{rfc6749, settings};
use async_trait::async_trait;
use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Asia::Kolkata;
use daypass_domain::calendar::{INDIA, Published};
use daypass_domain::expiry::Rule;
use daypass_domain::profile::Market;
use daypass_domain::{
    Account, BrokerProfile, Credentials, DailyCutoff, Field, Grant, Issue, Moment, Presents, Problem, Reach, Remedy,
    Renewal, ends_at, jwt,
};
use reqwest::header::ACCEPT;
use reqwest::{Method, RequestBuilder};
use url::Url;
use wire::{No, Token};

/// As people know it; the actor of every sentence.
const NAME: &str = "Upstox";
/// Where its API is, unless the account says otherwise.
const BASE: &str = "https://api.upstox.com";
/// India has one zone and no summer time: this is 22:00 UTC, all year.
const CUTOFF: DailyCutoff = DailyCutoff::new(3, 30, Kolkata);

/// The adapter. Stateless.
pub(crate) struct Upstox;

static PROFILE: BrokerProfile = BrokerProfile {
    id: "upstox",
    name: NAME,
    habit: "Ends every token at 03:30 India time and cannot renew it: one sign-in per trading day.",
    fields: FIELDS,
    access_rules: &[Rule::JwtExp, Rule::DailyIfSilent(CUTOFF)],
    renewal: Renewal::None,
    cutoff: Some(CUTOFF),
    probes: true,
    revocation: Some(Reach::ThisToken),
    pkce: false,
    market: Market {
        zone_word: "IST",
        zone: Kolkata,
        open: NaiveTime::from_hms_opt(9, 15, 0).expect("a time of day"),
        close: NaiveTime::from_hms_opt(15, 30, 0).expect("a time of day"),
        exchanges: &["NSE", "BSE", "NFO", "BFO"],
    },
    publishes_calendar: true,
    // Its official clients read no variable; this is what people's bots call it.
    token_env: "UPSTOX_ACCESS_TOKEN",
    presents: Presents::BEARER,
    console: Some("https://account.upstox.com/developer/apps"),
};

const FIELDS: &[Field] = &[
    Field { key: "client_id", label: "API key", help: "Shown with your app at Upstox.", secret: false, required: true },
    Field {
        key: "client_secret",
        label: "API secret",
        help: "Shown with your app at Upstox; Daypass keeps it in the keyring.",
        secret: true,
        required: true,
    },
    Field {
        key: "redirect_uri",
        label: "Redirect URI",
        help: "Must be the same as in your app at Upstox, letter by letter.",
        secret: false,
        required: true,
    },
    Field {
        key: "user",
        label: "Your Upstox user ID",
        help: "If you enter it, a sign-in by anybody else is refused.",
        secret: false,
        required: false,
    },
    Field {
        key: "base_url",
        label: "Address of the API",
        help: "Leave it empty unless you use a proxy or a practice broker.",
        secret: false,
        required: false,
    },
    settings::EXCHANGES,
];

#[async_trait]
impl Broker for Upstox {
    fn profile(&self) -> &'static BrokerProfile {
        &PROFILE
    }

    fn check(&self, credentials: &Credentials) -> Result<(), Problem> {
        settings::complete(&PROFILE, credentials)?;
        settings::exchanges(&credentials.account, &[&INDIA])?;
        settings::base(&credentials.account, BASE).map(drop)
    }

    fn authorize_url(&self, credentials: &Credentials, handshake: &Handshake) -> Result<Url, Problem> {
        self.check(credentials)?;
        let account = &credentials.account;
        let mut url = route(account, "/v2/login/authorization/dialog")?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", account.client_id.trim())
            .append_pair("redirect_uri", account.redirect_uri.as_str())
            .append_pair("state", handshake.state.expose());
        Ok(url)
    }

    fn address(&self, credentials: &Credentials) -> Option<Url> {
        route(&credentials.account, "/").ok()
    }

    fn read_callback(&self, _credentials: &Credentials, callback: &Callback) -> Result<Artefact, Problem> {
        rfc6749::read(NAME, callback, |code| codes::find(code).map(codes::Entry::problem))
    }

    async fn exchange(
        &self,
        net: &Network,
        credentials: &Credentials,
        _handshake: &Handshake,
        artefact: &Artefact,
    ) -> Answer<Grant> {
        self.check(credentials).map_err(not_sent)?;
        let reply = exchange(net, credentials, artefact).await.map_err(spent)?;
        match Token::of(&reply) {
            Some(token) => Ok(reply.reached(grant(&credentials.account, token, reply.issued(net.now)))),
            None => Err(spent(No::of(&reply).failure(&reply))),
        }
    }

    async fn renew(&self, _net: &Network, _credentials: &Credentials, _grant: &Grant) -> Answer<Grant> {
        Err(not_sent(NO_RENEWAL))
    }

    async fn probe(&self, net: &Network, credentials: &Credentials, grant: &Grant) -> Reached<Probe> {
        match ask(net, credentials, Some(grant), (Method::GET, "/v2/user/profile")).await {
            Ok(reply) => reply.reached(judge(&reply)),
            Err(error) => unanswered(error),
        }
    }

    async fn revoke(&self, net: &Network, credentials: &Credentials, grant: &Grant) -> Answer<()> {
        let reply = ask(net, credentials, Some(grant), (Method::DELETE, "/v2/logout")).await?;
        let no = No::of(&reply);
        // A 401 that Upstox itself has written is the end that was asked for, whatever code it carries.
        let ended = wire::is_success(&reply) || no.is_dead_token() || reply.status == 401 && reply.json().is_some();
        if ended { Ok(reply.reached(())) } else { Err(no.failure(&reply)) }
    }

    async fn calendar(
        &self,
        net: &Network,
        credentials: &Credentials,
        grant: Option<&Grant>,
        dates: &[NaiveDate],
    ) -> Answer<Option<Published>> {
        calendar::fetch(net, credentials, grant, dates).await
    }
}

async fn exchange(net: &Network, credentials: &Credentials, artefact: &Artefact) -> Result<Reply, BrokerError> {
    let account = &credentials.account;
    let url = route(account, "/v2/login/authorization/token").map_err(not_sent)?;
    let form = [
        ("code", artefact.0.expose()),
        ("client_id", account.client_id.trim()),
        ("client_secret", credentials.client_secret.as_ref().map_or("", |secret| secret.expose())),
        ("redirect_uri", account.redirect_uri.as_str()),
        ("grant_type", "authorization_code"),
    ];
    send(net, NAME, net.http.post(url).header(ACCEPT, "application/json").form(&form).build()).await
}

/// One request without a body; it presents the token if it is given one.
async fn ask(
    net: &Network,
    credentials: &Credentials,
    grant: Option<&Grant>,
    (method, path): (Method, &str),
) -> Result<Reply, BrokerError> {
    let url = route(&credentials.account, path).map_err(not_sent)?;
    let mut request: RequestBuilder = net.http.request(method, url).header(ACCEPT, "application/json");
    if let Some(grant) = grant {
        request = request.bearer_auth(grant.access.expose());
    }
    send(net, NAME, request.build()).await
}

fn judge(reply: &Reply) -> Probe {
    if let Some(user) = wire::profile_user(reply) {
        return Probe::Valid { user: Some(user) };
    }
    let no = No::of(reply);
    let problem = no.problem(reply);
    if no.is_dead_token() { Probe::Invalid(problem) } else { Probe::Unknown(problem) }
}

fn grant(account: &Account, token: Token, now: Moment) -> Grant {
    // The reply is documented to name the user, and does not always.
    let user = token.user().or_else(|| jwt::sub(token.access_token.expose()));
    let issue = Issue { at: now, granted_at: now, token: token.access_token.expose(), expires_in: None };
    let access_ends = ends_at(&rules(account), &issue);
    Grant {
        access: token.access_token,
        refresh: None,
        issued_at: now,
        granted_at: now,
        access_ends,
        refresh_ends: None,
        user,
        refresh_sent: false,
    }
}

/// The profile's rules, on the account's own day: a practice broker's is shorter.
fn rules(account: &Account) -> [Rule; 2] {
    let cutoff = account.day.map_or(CUTOFF, |day| CUTOFF.on_day_of(day));
    [Rule::JwtExp, Rule::DailyIfSilent(cutoff)]
}

fn route(account: &Account, path: &str) -> Result<Url, Problem> {
    let base = settings::base(account, BASE)?;
    Url::parse(&format!("{base}{path}"))
        .map_err(|_| settings::bad("base_url", "is not a web address", "Write it in full."))
}

const NO_RENEWAL: Problem =
    Problem::new("no_renewal", "Upstox cannot renew a token.", "Sign in again from Daypass.", Remedy::SignInAgain);

#[cfg(test)]
mod tests;
