//! The control routes: faults in, the journal out.
//!
//! The invariant: no web page can use them. A browser names the page it acts for in `Origin`; such a request is
//! refused, and so is one that reached this machine under a foreign name; what is left needs a content type that a plain form
//! cannot send. What this is not: protected from other programs of the same person; it is their practice.

use crate::books::Shared;
use crate::faults::{Fault, Kind, Route};
use crate::form::media_type;
use crate::options::{Rotation, sensible};
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, HOST, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::Duration;
use serde::{Deserialize, Deserializer};
use serde_json::json;
use std::sync::Arc;

/// One order; its parts are done in the order in which they stand here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    /// `true`: forget the faults that wait.
    #[serde(default)]
    clear: bool,
    /// With `fault`, a new fault.
    route: Option<Route>,
    #[serde(default, deserialize_with = "said")]
    times: Option<Option<u32>>,
    fault: Option<Kind>,
    /// Seconds that new access tokens live; null: as they would without this.
    #[serde(default, deserialize_with = "said")]
    life_seconds: Option<Option<i64>>,
    /// Seconds that an OAuth2 sign-in can be renewed; null: for ever.
    #[serde(default, deserialize_with = "said")]
    refresh_life_seconds: Option<Option<i64>>,
    rotation: Option<Rotation>,
    /// Moves the broker's clock.
    advance_seconds: Option<i64>,
    /// End everything that was issued.
    revoke: Option<Revoke>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Revoke {
    All,
}

/// Tells a null from a field that is not there.
fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Whether the path is one of these routes; they are in no journal and met by no fault.
pub(crate) fn is_own(path: &str) -> bool {
    path.starts_with("/practice/")
}

/// The routes.
pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/practice/control", post(control))
        .route("/practice/journal", get(journal))
        .route_layer(from_fn(guard))
}

async fn guard(request: Request, next: Next) -> Response {
    if !is_local(request.headers()) {
        return (StatusCode::FORBIDDEN, "Only programs on this computer may use this, not web pages.\n")
            .into_response();
    }
    let headers = [(X_CONTENT_TYPE_OPTIONS, "nosniff"), (CACHE_CONTROL, "no-store")];
    (headers, next.run(request).await).into_response()
}

fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let from_a_page = headers.contains_key(ORIGIN)
        || headers.get("sec-fetch-site").is_some_and(|site| site != "none" && site != "same-origin");
    matches!(name, "127.0.0.1" | "localhost") && !from_a_page
}

async fn journal(State(shared): State<Arc<Shared>>) -> Response {
    Json(shared.journal.entries()).into_response()
}

async fn control(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    if media_type(&headers) != "application/json" {
        return no(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send it with Content-Type: application/json.");
    }
    let order: Order = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(error) => return no(StatusCode::BAD_REQUEST, &format!("This is no order: {error}.")),
    };
    match obey(&shared, &order) {
        Ok(()) => Json(state(&shared)).into_response(),
        Err(why) => no(StatusCode::BAD_REQUEST, &why),
    }
}

/// Checks all of it first, so that an order is done wholly or not at all.
fn obey(shared: &Shared, order: &Order) -> Result<(), String> {
    let fault = fault(order)?;
    let life = order.life_seconds.map(span).transpose()?;
    let refresh_life = order.refresh_life_seconds.map(span).transpose()?;
    let advance = order.advance_seconds.map(|seconds| {
        Duration::try_seconds(seconds)
            .filter(|by| sensible(Duration::seconds(1) + by.abs()))
            .ok_or("advance_seconds may be ten years at most")
    });
    let advance = advance.transpose()?;
    if order.clear {
        shared.faults.clear();
    }
    if let Some(fault) = fault {
        shared.faults.add(fault);
    }
    {
        let terms = &mut shared.books().terms;
        terms.life = life.unwrap_or(terms.life);
        terms.refresh_life = refresh_life.unwrap_or(terms.refresh_life);
        terms.rotation = order.rotation.unwrap_or(terms.rotation);
    }
    if let Some(by) = advance {
        shared.clock.advance(by);
    }
    if let Some(Revoke::All) = order.revoke {
        shared.revoke_all();
    }
    Ok(())
}

fn fault(order: &Order) -> Result<Option<Fault>, String> {
    match (order.route, &order.fault) {
        (Some(route), Some(kind)) => {
            let fault = Fault { route, times: order.times.unwrap_or(Some(1)), kind: kind.clone() };
            fault.check().map_err(|error| error.to_string())?;
            Ok(Some(fault))
        }
        (None, None) if order.times.is_none() => Ok(None),
        _ => Err("A fault needs both route and fault, such as {\"route\":\"profile\",\"fault\":\"drop\"}.".into()),
    }
}

fn span(seconds: Option<i64>) -> Result<Option<Duration>, String> {
    let Some(seconds) = seconds else { return Ok(None) };
    let span = Duration::try_seconds(seconds).filter(|span| sensible(*span));
    span.map(Some).ok_or_else(|| format!("{seconds} seconds is no life: it must be between a second and ten years"))
}

/// What holds now.
fn state(shared: &Shared) -> serde_json::Value {
    let terms = shared.books().terms;
    json!({
        "now": shared.now(),
        "faults": shared.faults.list(),
        "life_seconds": terms.life.map(|life| life.num_seconds()),
        "refresh_life_seconds": terms.refresh_life.map(|life| life.num_seconds()),
        "rotation": terms.rotation,
    })
}

fn no(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({ "error": why }))).into_response()
}
