//! `GET /api/openapi.json`: what programs may ask, as OpenAPI 3.1, made from the routes themselves.
//!
//! The invariant: every route is in it, and nothing else; a test compares. What every route may answer (a foreign host,
//! a body that does not fit) is added here once. What this is not: a page; any OpenAPI viewer shows it.

use super::{account, looks, private, session, token};
use crate::contract::{Change, Watched};
use crate::events;
use axum::Json;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Whole, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Daypass",
        description = "Keeps broker API tokens valid and hands them to bots. Over TCP on 127.0.0.1 the routes tagged \
                       `token` (but for the watch) need a bot's key, and those tagged `settings` a session of the dashboard: \
                       the cookie and the header `daypass-page` that `POST /api/session` answers with. Over the Unix \
                       socket of the same user everything is open. Errors are problem documents (RFC 9457).",
    ),
    paths(
        document,
        looks::healthz, looks::metrics, looks::status, looks::accounts, looks::snapshot,
        events::events, events::watch,
        token::token, token::wait, token::report_invalid,
        account::force_refresh, account::sign_in, account::cancel, account::refresh, account::probe,
        account::look_around, account::snooze, account::pause, account::resume,
        private::history, private::log, private::report, private::test_notification, private::settings, private::change_settings, private::put_account,
        private::remove_account, private::sign_out, private::paste, private::finished, private::keep_secret,
        session::link, session::open, session::look, session::end,
        private::unlock, private::add_practice, private::keys, private::make_key, private::revoke_key,
    ),
    components(schemas(Watched, Change)),
    modifiers(&Everywhere),
)]
struct Api;

/// The document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "status",
    summary = "This document",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object))
)]
pub(crate) async fn document() -> Json<Whole> {
    Json(whole())
}

fn whole() -> Whole {
    Api::openapi()
}

/// What goes for every route.
struct Everywhere;

/// Answers of the door itself, before any route is asked.
const OF_THE_DOOR: [(&str, &str); 7] = [
    ("400", "The request makes no sense; `detail` says what to send."),
    (
        "403",
        "A foreign host or page, another user, a link that is spent, or a route that is open over the socket only.",
    ),
    ("408", "The body did not come in time."),
    ("413", "The body is too large."),
    ("415", "The body is no JSON."),
    ("500", "Something inside broke; the log has more."),
    ("503", "Daypass is ending, or too many wait already."),
];

impl Modify for Everywhere {
    fn modify(&self, api: &mut Whole) {
        let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("daypass keys make NAME")).build();
        api.components.get_or_insert_default().add_security_scheme("bot key", SecurityScheme::Http(key));
        let cookie = ApiKey::Cookie(ApiKeyValue::with_description("daypass-session-8000", "daypass dashboard"));
        api.components.get_or_insert_default().add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        for item in api.paths.paths.values_mut() {
            operations(item).for_each(answers);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.delete].into_iter().filter_map(Option::as_mut)
}

/// For whatever needs a session.
const NO_SESSION: (&str, &str) = ("401", "There is no session, or it has ended.");

fn answers(operation: &mut Operation) {
    let settings = operation.tags.iter().flatten().any(|tag| tag == "settings");
    for (status, description) in OF_THE_DOOR.into_iter().chain(settings.then_some(NO_SESSION)) {
        let document = ContentBuilder::new().schema(Some(Ref::from_schema_name("Document"))).build();
        let answer = ResponseBuilder::new().description(description).content("application/problem+json", document);
        let all = &mut operation.responses.responses;
        all.entry(status.to_owned()).or_insert_with(|| RefOr::T(answer.build()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Row, keyed_if_shown_table, open_table};
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_is_in_the_document_and_nothing_else() {
        let mut documented = BTreeSet::new();
        let mut api = whole();
        for (path, item) in &mut api.paths.paths {
            let methods =
                [("GET", item.get.is_some()), ("POST", item.post.is_some()), ("DELETE", item.delete.is_some())];
            documented
                .extend(methods.into_iter().filter(|(_, is)| *is).map(|(method, _)| (path.clone(), method.to_owned())));
        }
        let keyed = [keyed_if_shown_table(), token::table()];
        let other = [open_table(), private::table(), session::link_table(), session::table()];
        let tables = keyed.into_iter().chain(other).flatten();
        let routes: BTreeSet<_> = tables.map(|(path, method, _): Row| (path.to_owned(), method.to_string())).collect();
        assert_eq!(documented, routes);
    }

    #[test]
    fn it_is_the_version_that_it_says_and_names_what_every_route_may_answer() {
        let json = serde_json::to_value(whole()).expect("JSON");
        assert!(json["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", json["openapi"]);
        for (path, item) in json["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("operations") {
                for (status, _) in OF_THE_DOOR {
                    assert!(operation["responses"][status].is_object(), "{method} {path} {status}");
                }
            }
        }
        assert!(json["components"]["schemas"]["Document"].is_object());
    }
}
