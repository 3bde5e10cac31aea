//! The requests of an OAuth2 account: the `oauth2` crate writes them, our client carries them.
//!
//! The invariant: a request is sent once, and what came back is judged from the answer itself, status and body, not
//! from a library's guess about it. What this is not: a store of anything between two requests.

use super::options::{Auth, Setup};
use super::reply::TokenReply;
use crate::failure::not_sent;
use crate::http::{Reply, send};
use crate::{Artefact, BrokerError, Failure, Handshake, Network, rfc6749, settings};
use daypass_domain::{Credentials, Grant, Problem, Secret};
use oauth2::basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, StandardRevocableToken, TokenUrl,
};
use reqwest::StatusCode;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use url::Url;

type OurClient = Client<
    BasicErrorResponse,
    TokenReply,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

type Outcome = Result<TokenReply, RequestTokenError<BrokerError, BasicErrorResponse>>;

/// One account, ready to talk.
pub(super) struct Wire<'a> {
    pub(super) setup: Setup,
    credentials: &'a Credentials,
    name: &'a str,
    client: OurClient,
}

impl<'a> Wire<'a> {
    pub(super) fn new(credentials: &'a Credentials, name: &'a str) -> Result<Self, Problem> {
        let setup = Setup::read(credentials)?;
        let redirect = RedirectUrl::new(credentials.account.redirect_uri.as_str().to_owned())
            .map_err(|_| settings::bad("redirect_uri", "is not a web address", "Write it in full."))?;
        let mut client = Client::new(ClientId::new(credentials.account.client_id.trim().to_owned()))
            .set_auth_uri(AuthUrl::from_url(setup.authorize.clone()))
            .set_token_uri(TokenUrl::from_url(setup.token.clone()))
            .set_redirect_uri(redirect)
            .set_auth_type(if setup.auth == Auth::Basic { AuthType::BasicAuth } else { AuthType::RequestBody });
        if let Some(secret) = credentials.client_secret.as_ref().filter(|_| setup.auth != Auth::None) {
            client = client.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
        }
        Ok(Self { setup, credentials, name, client })
    }

    /// Where the browser goes.
    pub(super) fn authorize_url(&self, handshake: &Handshake) -> Result<Url, Problem> {
        let state = CsrfToken::new(handshake.state.expose().to_owned());
        let mut request = self.client.authorize_url(|| state);
        request = request.add_scopes(self.setup.scopes.iter().cloned().map(Scope::new));
        for (name, value) in &self.setup.extra {
            request = request.add_extra_param(name, value);
        }
        if self.setup.pkce {
            request = request.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier(handshake)?));
        }
        Ok(request.url().0)
    }

    pub(super) async fn exchange(
        &self,
        net: &Network,
        handshake: &Handshake,
        artefact: &Artefact,
    ) -> Result<(TokenReply, Reply), BrokerError> {
        let carrier = Carrier::new(net, self.name);
        let mut request = self.client.exchange_code(AuthorizationCode::new(artefact.0.expose().to_owned()));
        if self.setup.pkce {
            request = request.set_pkce_verifier(verifier(handshake).map_err(not_sent)?);
        }
        self.judge(request.request_async(&carrier), &carrier).await
    }

    pub(super) async fn renew(&self, net: &Network, refresh: &Secret) -> Result<(TokenReply, Reply), BrokerError> {
        let carrier = Carrier::new(net, self.name);
        let refresh = RefreshToken::new(refresh.expose().to_owned());
        let request = self.client.exchange_refresh_token(&refresh);
        self.judge(request.request_async(&carrier), &carrier).await
    }

    /// Asks the probe address as the token's owner.
    pub(super) async fn probe(&self, net: &Network, url: Url, grant: &Grant) -> Result<Reply, BrokerError> {
        let request = net.http.get(url).header("Accept", "application/json").bearer_auth(grant.access.expose());
        send(net, self.name, request.build()).await
    }

    /// RFC 7009. Written by hand, because the crate refuses plain http even to this very machine.
    pub(super) async fn revoke(
        &self,
        net: &Network,
        url: Url,
        (kind, token): (&str, &Secret),
    ) -> Result<Reply, BrokerError> {
        let id = self.credentials.account.client_id.trim();
        let secret = self.credentials.client_secret.as_ref().map_or("", |secret| secret.expose());
        let mut request = net.http.post(url).header("Accept", "application/json");
        let mut form = vec![("token", token.expose()), ("token_type_hint", kind)];
        match self.setup.auth {
            // RFC 6749, 2.3.1: both are form-encoded first.
            Auth::Basic => request = request.basic_auth(form_encoded(id), Some(form_encoded(secret))),
            Auth::Form => form.extend([("client_id", id), ("client_secret", secret)]),
            Auth::None => form.push(("client_id", id)),
        }
        send(net, self.name, request.form(&form).build()).await
    }

    /// The failure that an answer stands for.
    pub(super) fn refusal(&self, reply: &Reply) -> BrokerError {
        let Some((code, text)) = error_of(reply) else {
            return reply.failed(Failure::Unknown, reply.no_words(self.name));
        };
        match rfc6749::find(&code) {
            Some(word) => {
                let failure = if word.passing { Failure::Unknown } else { Failure::Refused };
                reply.failed(failure, word.problem(self.name).quoting(&text))
            }
            None if is_refusal(reply) => reply.failed(Failure::Refused, rfc6749::unknown(self.name, &code, &text)),
            None => reply.failed(Failure::Unknown, reply.no_words(self.name).quoting(&format!("{code} {text}"))),
        }
    }

    /// Lets the crate do its part, then reads what the carrier has brought.
    async fn judge(
        &self,
        request: impl Future<Output = Outcome>,
        carrier: &Carrier<'_>,
    ) -> Result<(TokenReply, Reply), BrokerError> {
        let outcome = request.await;
        let reply = carrier.reply.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (outcome, reply) {
            (Ok(token), Some(reply)) if token.has_token() => Ok((token, reply)),
            (Err(RequestTokenError::Request(lost)), _) => Err(lost),
            (_, Some(reply)) => Err(self.refusal(&reply)),
            // The crate could not even write the request.
            (_, None) => {
                Err(not_sent(settings::bad("token_url", "cannot be called", "Compare it with the broker's own page.")))
            }
        }
    }
}

fn verifier(handshake: &Handshake) -> Result<PkceCodeVerifier, Problem> {
    // The crate panics on other lengths (RFC 7636, 4.1).
    if (43..=128).contains(&handshake.pkce_verifier.len()) {
        Ok(PkceCodeVerifier::new(handshake.pkce_verifier.expose().to_owned()))
    } else {
        Err(settings::bad("pkce", "cannot be kept: the verifier has a wrong length", "Start again from Daypass."))
    }
}

fn form_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// `error` and `error_description` of a body, if the broker itself has written it.
fn error_of(reply: &Reply) -> Option<(String, String)> {
    let body = reply.json()?;
    let code = body.get("error")?.as_str().filter(|code| !code.is_empty())?;
    let text = body.get("error_description").and_then(serde_json::Value::as_str).unwrap_or_default();
    Some((code.to_owned(), text.to_owned()))
}

/// Whether the status says that the request itself was at fault, and not the moment.
fn is_refusal(reply: &Reply) -> bool {
    (reply.status.is_client_error() && !matches!(reply.status.as_u16(), 408 | 423 | 425 | 429))
        || reply.status.is_success()
}

/// Carries the crate's request over our client, and keeps the answer for our own judgement.
struct Carrier<'n> {
    net: &'n Network,
    name: &'n str,
    reply: Mutex<Option<Reply>>,
}

impl<'n> Carrier<'n> {
    fn new(net: &'n Network, name: &'n str) -> Self {
        Self { net, name, reply: Mutex::new(None) }
    }
}

impl<'c> AsyncHttpClient<'c> for Carrier<'_> {
    type Error = BrokerError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, BrokerError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let reply = send(self.net, self.name, request.try_into()).await?;
            // A page or a redirect is no token, even if something in it looks like one.
            let body = if reply.may_be_own_words() { reply.body.to_vec() } else { Vec::new() };
            let mut response = HttpResponse::new(body);
            // The crate knows only 200 for a yes; 201 is in use as well.
            *response.status_mut() = if reply.status.is_success() { StatusCode::OK } else { reply.status };
            *self.reply.lock().unwrap_or_else(PoisonError::into_inner) = Some(reply);
            Ok(response)
        })
    }
}
