//! Any broker that speaks OAuth 2.0: the owner enters its addresses, and it renews without a person where it can.
//!
//! The invariant: what works once is sent once. A one-time refresh token whose answer got lost is reported as
//! [`Failure::Unknown`](crate::Failure), and whoever called treats it as spent. What this is not: a reader of OpenID
//! Connect; an `id_token` is ignored.

mod options;
mod profile;
mod reply;
mod wire;

use crate::failure::{not_sent, spent, unanswered};
use crate::http::Reply;
use crate::{Answer, Artefact, Broker, BrokerError, Callback, Handshake, Network, Probe, Reached};
use crate::{rfc6749, settings};
use async_trait::async_trait;
use daypass_domain::calendar::REGIONS;
use daypass_domain::{BrokerProfile, Credentials, Grant, Problem, Reach, Remedy, Renewal, Rotation, Secret, UserId};
use options::{Keeping, Setup};
use profile::PROFILE;
use serde_json::Value;
use url::Url;
use wire::Wire;

/// The adapter. Stateless.
pub(crate) struct OAuth2;

#[async_trait]
impl Broker for OAuth2 {
    fn profile(&self) -> &'static BrokerProfile {
        &PROFILE
    }

    fn renewal(&self, credentials: &Credentials) -> Renewal {
        match options::keeping(&credentials.account) {
            Ok(Keeping::OneTime) => Renewal::RefreshToken(Rotation::OneTime),
            _ => Renewal::RefreshToken(Rotation::IfPresent),
        }
    }

    fn probes(&self, credentials: &Credentials) -> bool {
        credentials.account.option("probe_url").is_some()
    }

    fn revocation(&self, credentials: &Credentials) -> Option<Reach> {
        credentials.account.option("revoke_url").map(|_| Reach::Session)
    }

    fn pkce(&self, credentials: &Credentials) -> bool {
        Setup::read(credentials).is_ok_and(|setup| setup.pkce)
    }

    fn check(&self, credentials: &Credentials) -> Result<(), Problem> {
        settings::complete(&PROFILE, credentials)?;
        settings::exchanges(&credentials.account, REGIONS)?;
        let setup = Setup::read(credentials)?;
        // Most token replies name nobody: without a probe the setting would promise what nothing keeps.
        if credentials.account.user.is_some() && setup.probe.is_none() {
            return Err(settings::bad("user", "cannot be checked without probe_url", ENTER_PROBE));
        }
        Ok(())
    }

    fn authorize_url(&self, credentials: &Credentials, handshake: &Handshake) -> Result<Url, Problem> {
        self.check(credentials)?;
        Wire::new(credentials, name(credentials))?.authorize_url(handshake)
    }

    fn address(&self, credentials: &Credentials) -> Option<Url> {
        Setup::read(credentials).ok().map(|setup| setup.token)
    }

    fn read_callback(&self, credentials: &Credentials, callback: &Callback) -> Result<Artefact, Problem> {
        if let Some(issuer) = credentials.account.option("issuer")
            && callback.text("iss") != Some(issuer)
        {
            let what = format!("The answer to the sign-in does not come from {}.", name(credentials));
            return Err(WRONG_ISSUER.saying(what));
        }
        rfc6749::read(name(credentials), callback, |_| None)
    }

    async fn exchange(
        &self,
        net: &Network,
        credentials: &Credentials,
        handshake: &Handshake,
        artefact: &Artefact,
    ) -> Answer<Grant> {
        self.check(credentials).map_err(not_sent)?;
        let wire = Wire::new(credentials, name(credentials)).map_err(not_sent)?;
        let (token, reply) = wire.exchange(net, handshake, artefact).await.map_err(spent)?;
        Ok(reply.reached(token.granted(&wire.setup, reply.issued(net.now))))
    }

    async fn renew(&self, net: &Network, credentials: &Credentials, grant: &Grant) -> Answer<Grant> {
        self.check(credentials).map_err(not_sent)?;
        let wire = Wire::new(credentials, name(credentials)).map_err(not_sent)?;
        let refresh = grant.refresh.as_ref().ok_or_else(|| not_sent(NOTHING_TO_RENEW_WITH))?;
        let (token, reply) = wire.renew(net, refresh).await.map_err(|error| renewal_refused(error, credentials))?;
        Ok(reply.reached(token.renewed(&wire.setup, grant, reply.issued(net.now))))
    }

    async fn probe(&self, net: &Network, credentials: &Credentials, grant: &Grant) -> Reached<Probe> {
        let wire = match Wire::new(credentials, name(credentials)) {
            Ok(wire) => wire,
            Err(problem) => return unanswered(not_sent(problem)),
        };
        let Some(url) = wire.setup.probe.clone() else { return unanswered(not_sent(NO_PROBE)) };
        match wire.probe(net, url, grant).await {
            Ok(reply) => reply.reached(judge(&reply, name(credentials))),
            Err(error) => unanswered(error),
        }
    }

    async fn revoke(&self, net: &Network, credentials: &Credentials, grant: &Grant) -> Answer<()> {
        let wire = Wire::new(credentials, name(credentials)).map_err(not_sent)?;
        let url = wire.setup.revoke.clone().ok_or_else(|| not_sent(NO_REVOCATION))?;
        let access = ("access_token", &grant.access);
        let Some(refresh) = &grant.refresh else { return revoke(&wire, net, url, access).await };
        // What renews goes first: whatever fails after it ends by itself soon.
        let reached = revoke(&wire, net, url.clone(), ("refresh_token", refresh)).await?;
        match revoke(&wire, net, url, access).await {
            // The server ends access tokens together with what renewed them, and cannot end one alone (RFC 7009, 2.1).
            Err(error) if error.problem.code == "unsupported_token_type" => Ok(reached),
            other => other,
        }
    }
}

async fn revoke(wire: &Wire<'_>, net: &Network, url: Url, token: (&str, &Secret)) -> Answer<()> {
    let reply = wire.revoke(net, url, token).await?;
    // A token that the server does not know gets a 200 as well (RFC 7009, 2.2); the body is of no meaning.
    let ended = reply.status.is_success() && reply.may_be_own_words();
    if ended { Ok(reply.reached(())) } else { Err(wire.refusal(&reply)) }
}

/// 2xx is a yes, 401 a no (RFC 6750, 3.1): both only from the broker itself, not from a page on the way.
fn judge(reply: &Reply, name: &str) -> Probe {
    if !reply.may_be_own_words() {
        Probe::Unknown(reply.no_words(name))
    } else if reply.status.is_success() {
        Probe::Valid { user: reply.json().as_ref().and_then(user) }
    } else if reply.status == 401 {
        Probe::Invalid(REFUSED.saying(format!("{name} no longer accepts this token.")))
    } else {
        Probe::Unknown(reply.no_words(name))
    }
}

fn user(body: &Value) -> Option<UserId> {
    ["user_id", "sub"].iter().find_map(|key| reply::name(body.get(key)?)).map(UserId)
}

/// The standard has one code for a code and for a refresh token that are no good; people need two sentences. Only that
/// code is about the refresh token itself: every other one (a gateway's "Forbidden", a limit) leaves it as good as it was.
fn renewal_refused(mut error: BrokerError, credentials: &Credentials) -> BrokerError {
    let name = name(credentials);
    if error.problem.code == "invalid_grant" {
        let what = format!("{name} did not renew the token: what renews it has ended or was withdrawn.");
        error.problem = error.problem.saying(what).advising("Sign in again from Daypass.");
    } else if error.problem.remedy == Remedy::SignInAgain {
        let what = format!("{name} did not renew the token, and did not say that what renews it has ended.");
        error.problem = error.problem.saying(what).advising(LATER);
        error.problem.remedy = Remedy::TryAgain;
    }
    error
}

/// Whom the sentences are about: the account as its owner calls it.
fn name(credentials: &Credentials) -> &str {
    let label = credentials.account.label.trim();
    if label.is_empty() { "The broker" } else { label }
}

const ENTER_PROBE: &str = "Enter the address that says whose token it is as probe_url, or leave user empty.";
const LATER: &str = "Daypass asks again later; the token that you have is kept.";
const WRONG_ISSUER: Problem = Problem::new(
    "wrong_issuer",
    "The answer to the sign-in does not come from the broker.",
    "Start again from Daypass; if it happens again, compare the setting issuer with the broker's own page.",
    Remedy::SignInAgain,
);
const NOTHING_TO_RENEW_WITH: Problem = Problem::new(
    "no_renewal",
    "The last sign-in gave nothing to renew with.",
    "Sign in again from Daypass; the setting scopes may need offline_access.",
    Remedy::SignInAgain,
);
const NO_PROBE: Problem = Problem::new(
    "no_probe",
    "Daypass has no address to ask about this token.",
    "Enter the setting probe_url of this account.",
    Remedy::FixSetting,
);
const NO_REVOCATION: Problem = Problem::new(
    "no_revocation",
    "Daypass has no address to end this token at.",
    "Enter the setting revoke_url of this account, or end it on the broker's own page.",
    Remedy::FixSetting,
);
const REFUSED: Problem = Problem::new(
    "invalid_token",
    "The broker no longer accepts this token.",
    "Sign in again from Daypass.",
    Remedy::SignInAgain,
);

#[cfg(test)]
mod tests;
