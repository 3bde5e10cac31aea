//! How everything looks that a browser gets from here, and the headers it comes with.
//!
//! The invariant: every answer carries the same four headers, nothing is loaded from anywhere, and of script and style
//! exactly the two texts below run, allowed by their hashes. What this is not: it has no words (see `page`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY, REFRESH,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The ticket's look: the design tokens that these pages use, light and dark.
const STYLE: &str = include_str!("page.css");
/// Closes the tab a moment after success, where the browser lets a page do that.
const SCRIPT: &str = "setTimeout(() => window.close(), 1500);";

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    HeaderValue::try_from(policy).expect("a policy is plain ASCII")
});

/// The silhouettes of the tray, as far as these pages need them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Glyph {
    /// Two arrows: under way.
    Work,
    /// A padlock.
    Lock,
    /// An empty ticket: nothing happened.
    Out,
    /// A question diamond: nobody knows.
    Unknown,
    /// An exclamation mark: something must be done.
    Note,
}

/// A page's content.
pub(crate) struct Sheet {
    /// Inside the middle of the page.
    pub(crate) content: Markup,
    /// Whether the tab may close itself.
    pub(crate) closes: bool,
}

/// A response, and whether it was the last word of the sign-in.
pub(crate) struct Answer {
    /// Ready to be sent.
    pub(crate) response: Response<Full<Bytes>>,
    /// Whether whoever reads it knows how the sign-in ended.
    pub(crate) is_final: bool,
}

/// A page with all its headers.
pub(crate) fn answer(status: StatusCode, sheet: &Sheet) -> Answer {
    let text = document(sheet).into_string();
    let mut answer = bare(status, text);
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    answer.response.headers_mut().insert(CONTENT_TYPE, html);
    answer
}

/// Sends the browser on at once, so that nothing of this address is kept.
pub(crate) fn see_other(path: &'static str) -> Answer {
    let mut answer = bare(StatusCode::SEE_OTHER, String::new());
    answer.response.headers_mut().insert(LOCATION, HeaderValue::from_static(path));
    answer
}

fn bare(status: StatusCode, text: String) -> Answer {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Answer { response, is_final: false }
}

impl Answer {
    /// Whoever reads this knows how it ended.
    pub(crate) fn final_word(mut self) -> Self {
        self.is_final = true;
        self
    }

    /// The browser loads the same address again by itself; works without script.
    pub(crate) fn again_after(mut self, seconds: u32) -> Self {
        self.response.headers_mut().insert(REFRESH, HeaderValue::from(seconds));
        self
    }

    /// A 405 names what is allowed.
    pub(crate) fn allowing_get_if(mut self, wrong_method: bool) -> Self {
        if wrong_method {
            self.response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        }
        self
    }
}

fn document(sheet: &Sheet) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Daypass" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main { (sheet.content) }
                @if sheet.closes { script { (PreEscaped(SCRIPT)) } }
            }
        }
    }
}

impl Glyph {
    /// Drawn on a 16 px grid; the word beside it says the same, so readers aloud skip it.
    pub(crate) fn draw(self) -> Markup {
        html! {
            svg.glyph.turn[self == Self::Work] viewBox="0 0 16 16" aria-hidden="true" {
                @if self == Self::Work {
                    path fill="none" stroke="currentColor" stroke-width="2.1"
                        d="M2.5 8.19A5.5 5.5 0 0 1 10.75 3.24M13.5 7.81A5.5 5.5 0 0 1 5.25 12.76" {}
                }
                path fill="currentColor" fill-rule="evenodd" d=(self.outline()) {}
            }
        }
    }

    fn outline(self) -> &'static str {
        match self {
            Self::Work => "M12.3 .55L14.3 5.29L9.2 5.92ZM3.7 15.45L1.7 10.71L6.8 10.08Z",
            Self::Lock => {
                "M4 6.5V5A4 4 0 0 1 12 5V6.5A2 2 0 0 1 14 8.5V13A2 2 0 0 1 12 15H4A2 2 0 0 1 2 13V8.5A2 2 0 0 1 4 6.5Z\
                 M5.9 6.5H10.1V5A2.1 2.1 0 0 0 5.9 5ZM7.1 9.6V11.6A.9 .9 0 0 0 8.9 11.6V9.6A.9 .9 0 0 0 7.1 9.6Z"
            }
            Self::Out => {
                "M2.5 2H13.5A2.5 2.5 0 0 1 16 4.5V6A2 2 0 0 0 16 10V11.5A2.5 2.5 0 0 1 13.5 14H2.5A2.5 2.5 0 0 1 0 11.5\
                 V10A2 2 0 0 0 0 6V4.5A2.5 2.5 0 0 1 2.5 2ZM2.5 3.7A.8 .8 0 0 0 1.7 4.5V4.83A3.6 3.6 0 0 1 1.7 11.17\
                 V11.5A.8 .8 0 0 0 2.5 12.3H13.5A.8 .8 0 0 0 14.3 11.5V11.17A3.6 3.6 0 0 1 14.3 4.83V4.5\
                 A.8 .8 0 0 0 13.5 3.7Z"
            }
            Self::Unknown => {
                "M6.8 .95A1.7 1.7 0 0 1 9.2 .95L15.05 6.8A1.7 1.7 0 0 1 15.05 9.2L9.2 15.05A1.7 1.7 0 0 1 6.8 15.05\
                 L.95 9.2A1.7 1.7 0 0 1 .95 6.8ZM5.6 6.3A2.4 2.4 0 1 1 9.35 8.28Q8.85 8.62 8.85 9.2\
                 A.85 .85 0 0 1 7.15 9.2Q7.15 7.72 8.4 6.87A.7 .7 0 1 0 7.3 6.3A.85 .85 0 0 1 5.6 6.3Z\
                 M8 10.7A1.02 1.02 0 1 1 8 12.74A1.02 1.02 0 0 1 8 10.7Z"
            }
            Self::Note => {
                "M4 1H12A3 3 0 0 1 15 4V12A3 3 0 0 1 12 15H4A3 3 0 0 1 1 12V4A3 3 0 0 1 4 1ZM7.05 4.6V8.6\
                 A.95 .95 0 0 0 8.95 8.6V4.6A.95 .95 0 0 0 7.05 4.6ZM8 10.4A1.1 1.1 0 1 1 8 12.6A1.1 1.1 0 0 1 8 10.4Z"
            }
        }
    }
}
