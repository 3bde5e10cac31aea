//! How the dialog looks.
//!
//! The invariant: both kinds of page say in the first line that this is no real broker, load nothing from anywhere, and
//! escape everything that came with the request. What this is not: a decision about anything.

use super::Ask;
use crate::books::Shared;
use crate::codes::Wire;
use crate::upstox;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono_tz::Asia::Kolkata;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const STYLE: &str = include_str!("page.css");

/// `form-action` is left out: browsers apply it to the redirect that follows a form as well, and that goes to whatever
/// address the client has chosen.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; frame-ancestors 'none'")
});

/// Yes or no, and as whom.
pub(super) fn question(shared: &Shared, ask: &Ask, uri: &Uri) -> Response {
    let here = uri.path_and_query().map_or(uri.path(), |whole| whole.as_str());
    let content = html! {
        h1 { "Sign in to the practice broker" }
        p { "The app with the key " code { (shown(&ask.client)) } " asks for a token." }
        form method="post" action=(here) {
            @for (name, value) in &ask.hidden { input type="hidden" name=(name) value=(value); }
            fieldset {
                legend { "Sign in as" }
                @for (at, user) in shared.users.iter().enumerate() {
                    label {
                        input type="radio" name="user" value=(user.id) checked[at == 0];
                        span { b { (user.id) } " " (user.name) }
                    }
                }
            }
            dl {
                @if ask.wire == Wire::Upstox { dt { "The token ends" } dd { (token_end(shared)) } }
                dt { "You go back to" }
                dd { code { (shown(ask.redirect.as_str())) } }
            }
            div.buttons {
                button.fill type="submit" name="approve" value="yes" { "Approve" }
                button type="submit" name="deny" value="yes" { "Deny" }
            }
        }
        p.fine { "No password, no money, no market: everything here stays on this computer." }
    };
    sheet(StatusCode::OK, &content)
}

/// The request was not right; there is nobody to go back to.
pub(super) fn refusal(status: StatusCode, code: &str) -> Response {
    let (what, todo) = match code {
        "UDAPI100068" => (
            "This key and this redirect URI do not belong together.",
            "Compare both with the app that this broker was started with, letter by letter.",
        ),
        "UDAPI100036" => ("This address does not ask for a code.", "It must say response_type=code."),
        "UDAPI100016" => ("There is no such user here.", "Go back and choose one of the list."),
        "invalid_request" => (
            "This address names no app that is known here.",
            "It must carry the client_id and the redirect_uri that this broker was started with.",
        ),
        other => (upstox::message(other), "Go back to the app and start again."),
    };
    let content = html! {
        h1 { (what) }
        p { (todo) }
        p.fine { "Code " code { (code) } }
    };
    sheet(status, &content)
}

fn sheet(status: StatusCode, content: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Practice broker" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    p.sign { b { "Practice broker" } " not a real broker" }
                    div.card { (content) }
                }
            }
        }
    };
    let headers: [(HeaderName, &str); 5] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, &POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, page.into_string()).into_response()
}

fn token_end(shared: &Shared) -> String {
    let now = shared.now();
    let end = shared.token_end(shared.books().terms.life, now);
    let long = (end - now).num_hours() >= 1;
    let form = if long { "%a %-d %b, %H:%M IST" } else { "%H:%M:%S IST" };
    end.with_timezone(&Kolkata).format(form).to_string()
}

/// Foreign text of any length, cut to what fits.
fn shown(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(['…']).collect() }
}
