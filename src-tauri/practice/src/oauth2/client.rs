//! Who asks: by header, by form, or by name alone.
//!
//! The invariant: a client that must have a secret never passes without it, and one that proves itself in two ways at
//! once is refused (RFC 6749, 2.3). What this is not: a registry; there is one rule for all clients.

use super::refuse;
use crate::books::Shared;
use crate::form::Form;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Why a client is not let in.
pub(super) enum Refusal {
    /// It said something twice, or in two ways.
    Unclear,
    /// It is another one than it says, or cannot prove it. Who tried it by header is told which one (RFC 6749, 5.2).
    Unproven { by_header: bool },
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unclear => refuse("invalid_request"),
            Self::Unproven { by_header: false } => refuse("invalid_client"),
            Self::Unproven { by_header: true } => {
                ([(WWW_AUTHENTICATE, r#"Basic realm="practice""#)], refuse("invalid_client")).into_response()
            }
        }
    }
}

/// The client's id, once it is proven.
pub(super) fn proven(shared: &Shared, headers: &HeaderMap, form: &Form) -> Result<String, Refusal> {
    if form.doubled().is_some() {
        return Err(Refusal::Unclear);
    }
    let header = headers.get(AUTHORIZATION);
    if header.is_some() && form.value("client_secret").is_some() {
        return Err(Refusal::Unclear);
    }
    let (id, secret) = match header {
        Some(header) => header.to_str().ok().and_then(basic).ok_or(Refusal::Unproven { by_header: true })?,
        None => {
            let text = |name| form.value(name).unwrap_or_default().to_owned();
            (text("client_id"), text("client_secret"))
        }
    };
    // A client may name itself in the form as well, but only itself.
    let same = form.value("client_id").is_none_or(|named| named == id);
    let rule = &shared.client;
    let right_id = !id.is_empty() && rule.id.as_ref().is_none_or(|known| *known == id);
    let right_secret = rule.secret.as_ref().is_none_or(|known| known.matches(secret.as_bytes()));
    if same && right_id && right_secret { Ok(id) } else { Err(Refusal::Unproven { by_header: header.is_some() }) }
}

/// Both parts are form-encoded before they are joined (RFC 6749, 2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, text) = header.split_once(' ')?;
    let text = String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    Some((decoded(id), decoded(secret)))
}

fn decoded(text: &str) -> String {
    // The name keeps a "=" inside the text from being read as its end.
    let pair = format!("x={}", text.replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_as_the_standard_writes_it() {
        let header = |text: &str| format!("Basic {}", STANDARD.encode(text));
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(basic(&header("key:secret")), pair("key", "secret"));
        assert_eq!(basic(&header("a%3Ab+c:x%26%3D%25")), pair("a:b c", "x&=%"), "form-encoded");
        assert_eq!(basic(&header("key:a=b&c")), pair("key", "a=b&c"), "and leniently");
        assert_eq!(basic(&header("key:")), pair("key", ""));
        assert_eq!(basic(&header("key")), None);
        assert_eq!(basic("Basic ***"), None);
        assert_eq!(basic(&header("key:secret").replace("Basic", "Bearer")), None);
    }
}
