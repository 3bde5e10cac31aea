//! What routes read from a request, with a problem document for whatever does not fit.
//!
//! The invariant: no error repeats what was sent; a body may hold a secret. Who may send at all is
//! [`guard`](crate::guard)'s affair.

use crate::problem::{Refusal, bad_input, unknown_account};
use crate::wire::Shape;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use daypass_domain::AccountId;
use serde::de::DeserializeOwned;

/// The JSON body; no body is an empty object.
pub(crate) struct Sent<T>(pub(crate) T);

impl<S: Send + Sync, T: Shape> FromRequest<S> for Sent<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state).await.unwrap_or_default();
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(text).map(Self).map_err(|error| {
            // The error's own text quotes what was sent.
            let (line, column) = (error.line(), error.column());
            let what = format!("The body does not fit here (line {line}, column {column}).");
            bad_input(what, format!("Send {}.", T::SHAPE)).into()
        })
    }
}

/// What stands behind the question mark.
pub(crate) struct Params<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let read = Query::try_from_uri(&parts.uri).map(|Query(params)| Self(params));
        read.map_err(|_| bad_input("The question in the address makes no sense.", "Name each parameter once.").into())
    }
}

/// The account in the path.
pub(crate) struct Named(pub(crate) AccountId);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let text = path.map(|Path(text)| text).unwrap_or_default();
        AccountId::new(text.as_str()).map(Self).map_err(|_| unknown_account(&text).into())
    }
}
