//! The token endpoint.
//!
//! The invariant: a code and a one-time refresh token are spent by being named, before anything about the request is
//! judged right. What this is not: a keeper of tokens; see `families`.

use super::families::Issued;
use super::{NO_STORE, client, refuse};
use crate::books::{Books, Shared};
use crate::codes::Wire;
use crate::form::Form;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daypass_domain::Moment;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;

pub(super) async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::of_body(&headers, &body);
    let client = match client::proven(&shared, &headers, &form) {
        Ok(client) => client,
        Err(refusal) => {
            // Whoever it was, the code has been seen.
            form.value("code").and_then(|code| shared.books().codes.spend(code, Wire::OAuth2, shared.now()));
            return refusal.into_response();
        }
    };
    let now = shared.now();
    let issued = match form.value("grant_type") {
        Some("authorization_code") => exchange(&mut shared.books(), &form, &client, now),
        Some("refresh_token") => renew(&mut shared.books(), &form, &client, now),
        Some(_) => Err("unsupported_grant_type"),
        None => Err("invalid_request"),
    };
    match issued {
        Ok(issued) => (NO_STORE, Json(reply(&issued))).into_response(),
        Err(code) => refuse(code),
    }
}

fn exchange(books: &mut Books, form: &Form, client: &str, now: Moment) -> Result<Issued, &'static str> {
    let code = form.value("code").ok_or("invalid_request")?;
    let Some(approval) = books.codes.spend(code, Wire::OAuth2, now) else {
        books.families.code_named_again(code);
        return Err("invalid_grant");
    };
    let redirect = form.value("redirect_uri").ok_or("invalid_request")?;
    let proof = match (&approval.challenge, form.value("code_verifier")) {
        (Some(challenge), Some(verifier)) => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == *challenge,
        // A verifier without a challenge means that somebody has taken the challenge out (RFC 9700, 2.1.1).
        (Some(_), None) | (None, Some(_)) => false,
        (None, None) => true,
    };
    if !proof || approval.client != client || approval.redirect != redirect {
        return Err("invalid_grant");
    }
    Ok(books.families.begin(&approval, code, (books.terms, now)))
}

fn renew(books: &mut Books, form: &Form, client: &str, now: Moment) -> Result<Issued, &'static str> {
    let token = form.value("refresh_token").ok_or("invalid_request")?;
    books.families.renew(token, client, (books.terms, now)).ok_or("invalid_grant")
}

fn reply(issued: &Issued) -> serde_json::Value {
    let mut reply = json!({
        "access_token": issued.access, "token_type": "Bearer", "expires_in": issued.expires_in,
    });
    if let Some(refresh) = &issued.refresh {
        reply["refresh_token"] = json!(refresh);
    }
    if let Some(seconds) = issued.refresh_expires_in {
        reply["refresh_expires_in"] = json!(seconds);
    }
    if let Some(scope) = &issued.scope {
        reply["scope"] = json!(scope);
    }
    reply
}
