//! `/dashboard/`: the window's own page, out of the binary.
//!
//! Every file carries its hash as `ETag` and is asked for again each time, so that a new version of the program never
//! meets an old page. What this is not: a file server; nothing on disk is read.

use crate::problem::Refusal;
use crate::routes::not_found;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

/// The built page, or one that says how to build it.
#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
struct Page;

/// Its first file.
const INDEX: &str = "index.html";

/// From `/` and `/dashboard` to where the page's relative addresses work.
pub(crate) async fn to_dashboard(request: Request) -> Redirect {
    match request.uri().query() {
        Some(query) => Redirect::temporary(&format!("/dashboard/?{query}")),
        None => Redirect::temporary("/dashboard/"),
    }
}

pub(crate) async fn index(headers: HeaderMap) -> Result<Response, Refusal> {
    file(INDEX, &headers)
}

pub(crate) async fn page(Path(path): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
    file(&path, &headers)
}

fn file(path: &str, asked: &HeaderMap) -> Result<Response, Refusal> {
    let file = Page::get(path).ok_or_else(not_found)?;
    let tag = tag(&file);
    let kind = match file.metadata.mimetype() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    let known = asked.get_all(header::IF_NONE_MATCH).iter().any(|known| names(known, &tag));
    let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, "no-cache".to_owned()), (header::CONTENT_TYPE, kind)];
    Ok(if known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, file.data.into_owned()).into_response()
    })
}

/// Half of the hash is plenty to tell two versions of a file apart.
fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

fn names(known: &HeaderValue, tag: &str) -> bool {
    let known = known.to_str().unwrap_or_default();
    known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}
