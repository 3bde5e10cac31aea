//! What every test of this broker needs: a broker, a client that follows nothing, and a person.
#![allow(dead_code, reason = "each test file is a program of its own and uses its part of this")]

use daypass_practice::{Options, Practice, person};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use std::collections::HashMap;
use url::Url;

pub(crate) const REDIRECT: &str = "http://localhost:5001/callback";

/// A broker and somebody who talks to it.
pub(crate) struct Table {
    pub(crate) practice: Practice,
    pub(crate) client: Client,
}

pub(crate) async fn table(options: Options) -> Table {
    // Everything here is plain http; the client wants to know its cryptography all the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let practice = Practice::start(options).await.expect("a broker");
    let client = Client::builder().redirect(Policy::none()).user_agent("practice-test").build().expect("a client");
    Table { practice, client }
}

impl Table {
    pub(crate) fn url(&self, path: &str) -> Url {
        self.practice.url().join(path).expect("a URL")
    }

    /// The dialog's address; later pairs are added to the usual ones, and replace them.
    pub(crate) fn dialog(&self, path: &str, more: &[(&str, &str)]) -> Url {
        let usual = [("response_type", "code"), ("client_id", "key"), ("redirect_uri", REDIRECT), ("state", "S/1")];
        let kept = usual.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
        let mut url = self.url(path);
        url.query_pairs_mut().extend_pairs(kept.chain(more).filter(|(_, value)| !value.is_empty()));
        url
    }

    /// A code for the usual request.
    pub(crate) async fn code(&self, user: &str) -> String {
        let back = person::approve(&self.dialog("/v2/login/authorization/dialog", &[]), Some(user)).await;
        query(&back.expect("sent back"))["code"].clone()
    }

    /// An exchange; later pairs replace the usual ones, an empty value takes one out.
    pub(crate) async fn exchange(&self, code: &str, more: &[(&str, &str)]) -> Response {
        let usual = [
            ("code", code),
            ("client_id", "key"),
            ("client_secret", "secret"),
            ("redirect_uri", REDIRECT),
            ("grant_type", "authorization_code"),
        ];
        let kept = usual.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
        let form: Vec<_> = kept.chain(more).filter(|(_, value)| !value.is_empty()).collect();
        self.client.post(self.url("/v2/login/authorization/token")).form(&form).send().await.expect("an answer")
    }

    /// A token of that user.
    pub(crate) async fn token(&self, user: &str) -> String {
        let reply = json(self.exchange(&self.code(user).await, &[]).await).await;
        reply["access_token"].as_str().expect("a token").to_owned()
    }

    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> Response {
        let request = self.client.get(self.url(path));
        let request = token.into_iter().fold(request, RequestBuilder::bearer_auth);
        request.send().await.expect("an answer")
    }

    pub(crate) async fn profile(&self, token: &str) -> u16 {
        self.get("/v2/user/profile", Some(token)).await.status().as_u16()
    }

    pub(crate) async fn control(&self, order: &Value) -> Response {
        self.client.post(self.url("/practice/control")).json(order).send().await.expect("an answer")
    }
}

pub(crate) fn query(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

pub(crate) async fn json(response: Response) -> Value {
    response.json().await.expect("JSON")
}

/// Status and first code of an error, which must be written in both ways.
pub(crate) async fn refusal(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body = json(response).await;
    assert_eq!(body["status"], "error", "{body}");
    let entry = &body["errors"][0];
    assert_eq!(entry["errorCode"], entry["error_code"], "{body}");
    (status, entry["error_code"].as_str().expect("a code").to_owned())
}
