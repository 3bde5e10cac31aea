//! Upstox's error bodies, with the status that belongs to each code.
//!
//! The invariant: every entry says everything twice, in camel case and in snake case, as the real ones do. What this is
//! not: the meaning of the codes for a person; whoever reads them has sentences of its own.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Code, status, text. Where the real status is not known, the one that fits best.
const CODES: &[(&str, u16, &str)] = &[
    ("UDAPI1017", 400, "The API key (client_id) is required"),
    ("UDAPI1018", 400, "The redirect URI (redirect_uri) is required"),
    ("UDAPI1022", 400, "The auth code (code) is required"),
    ("UDAPI1023", 400, "The grant type (grant_type) is required"),
    ("UDAPI1024", 400, "The API secret (client_secret) is required"),
    ("UDAPI1088", 400, "The date is invalid, use yyyy-MM-dd"),
    ("UDAPI1089", 400, "The exchange is invalid"),
    ("UDAPI1154", 403, "Access to this API is blocked by static IP restrictions"),
    ("UDAPI10000", 400, "The request is not supported by this API"),
    ("UDAPI10005", 429, "Too many requests sent"),
    ("UDAPI100015", 400, "The Api-Version header is invalid"),
    ("UDAPI100016", 401, "Invalid credentials"),
    ("UDAPI100036", 400, "Invalid input"),
    ("UDAPI100038", 400, "Invalid input"),
    ("UDAPI100050", 401, "Invalid token used to access API"),
    ("UDAPI100057", 400, "Invalid Auth code"),
    ("UDAPI100058", 403, "No segments are active for this user; reactivate one in the app or on the website"),
    ("UDAPI100060", 404, "Resource not found"),
    ("UDAPI100067", 403, "The API you are trying to access is not permitted with an extended_token"),
    ("UDAPI100068", 400, "The client_id and redirect_uri do not match a registered app"),
    ("UDAPI100069", 401, "The client_id and client_secret do not match a registered app"),
    ("UDAPI100070", 400, "The redirect_uri is invalid"),
    ("UDAPI100072", 423, "The service is closed from 12:00 AM to 5:30 AM IST"),
    ("UDAPI100073", 403, "Your client_id is inactive; contact the support team"),
    ("UDAPI100500", 500, "Something went wrong"),
];

/// The answer to a request that one code describes.
pub(crate) fn answer(code: &str) -> Response {
    several(&[code])
}

/// The answer that names several codes; the first decides the status.
pub(crate) fn several(codes: &[&str]) -> Response {
    let status = codes.first().map_or(StatusCode::BAD_REQUEST, |code| status(code));
    (status, Json(body(codes))).into_response()
}

/// The status that belongs to the code.
pub(crate) fn status(code: &str) -> StatusCode {
    let known = CODES.iter().find(|(known, ..)| *known == code);
    known.and_then(|(_, status, _)| StatusCode::from_u16(*status).ok()).unwrap_or(StatusCode::BAD_REQUEST)
}

/// The text beside the code.
pub(crate) fn message(code: &str) -> &'static str {
    CODES.iter().find(|(known, ..)| *known == code).map_or("Practice fault", |(_, _, text)| text)
}

/// The body alone.
pub(crate) fn body(codes: &[&str]) -> Value {
    let entry = |code: &&str| {
        json!({
            "errorCode": code, "message": message(code), "propertyPath": null, "invalidValue": null,
            "error_code": code, "property_path": null, "invalid_value": null,
        })
    };
    json!({ "status": "error", "errors": codes.iter().map(entry).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_with_a_status_of_an_error() {
        for (at, (code, status, text)) in CODES.iter().enumerate() {
            assert!(CODES[..at].iter().all(|(earlier, ..)| earlier != code), "{code}");
            assert!((400..=599).contains(status) && !text.is_empty(), "{code}");
        }
    }

    #[test]
    fn every_entry_says_it_twice() {
        let body = body(&["UDAPI1017", "UDAPI1024"]);
        assert_eq!(body["status"], "error");
        for (at, code) in ["UDAPI1017", "UDAPI1024"].iter().enumerate() {
            let entry = &body["errors"][at];
            assert_eq!((&entry["errorCode"], &entry["error_code"]), (&json!(code), &json!(code)));
            assert!(entry["propertyPath"].is_null() && entry.get("invalid_value").is_some_and(Value::is_null));
        }
    }
}
