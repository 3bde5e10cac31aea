//! What the tab sees after the callback: no code in its address, the result once it is known, nothing from outside.

mod common;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta};
use common::{Reply, get, open_at, problem, request, right_callback, wait_until_free, within, without_a_deadline};
use daypass_login::{Page, Pass};
use sha2::{Digest, Sha256};

fn signed_in() -> Page {
    let at = |text| DateTime::parse_from_rfc3339(text).expect("a moment");
    Page::SignedIn(Pass {
        user: Some("AB1234".into()),
        until: Some(at("2026-11-20T03:30:00+05:30")),
        said_yes_at: at("2026-11-19T08:31:09+05:30"),
        took: TimeDelta::seconds(9),
    })
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let rest = text.split_once(from).map_or("", |(_, rest)| rest);
    rest.split_once(to).map_or("", |(found, _)| found)
}

#[tokio::test]
async fn the_tab_is_told_once_it_is_known_and_its_address_has_no_code() {
    let (mut waiting, port) = open_at("localhost", "/callback").await;
    assert_eq!(get(port, "/done").await.status, 404, "nothing to tell before the callback");
    let callback = get(port, &right_callback()).await;
    assert_eq!((callback.status, callback.header("location"), callback.body.as_str()), (303, "/done", ""));
    within(waiting.callback()).await;

    let asking = get(port, "/done").await;
    assert_eq!((asking.status, asking.header("refresh")), (200, "0"), "it comes back by itself");
    assert!(asking.body.contains("<h1>Asking Upstox…</h1>"), "{}", asking.body);
    let held = tokio::spawn(async move { get(port, "/done").await });
    within(waiting.finish(signed_in())).await;
    let told = within(held).await.expect("the held look is answered");
    assert_eq!((told.status, told.header("refresh")), (200, ""));
    assert!(told.body.contains("Signed in. You may close this tab."), "{}", told.body);
    assert!(told.body.contains("window.close()"));
    assert!(!told.body.contains("marker-"), "neither code nor state is on the page");
    wait_until_free(port).await;
}

#[tokio::test]
async fn a_quick_result_is_shown_without_asking_first() {
    let (mut waiting, port) = open_at("127.0.0.1", "/callback").await;
    get(port, &right_callback()).await;
    within(waiting.callback()).await;
    let finished = tokio::spawn(waiting.finish(Page::Denied));
    assert!(get(port, "/done").await.body.contains("<h1>You said no at Upstox.</h1>"));
    assert!(without_a_deadline(|| finished.is_finished()).await, "it ends when it was read, not after 30 s");
    wait_until_free(port).await;
}

#[tokio::test]
async fn a_callback_after_the_end_is_explained() {
    let (waiting, port) = open_at("127.0.0.1", "/callback").await;
    let until = DateTime::parse_from_rfc3339("2026-11-19T08:36:00+05:30").expect("a moment");
    let finished = tokio::spawn(waiting.finish(Page::TooLate { waited: TimeDelta::minutes(5), until }));
    tokio::task::yield_now().await;
    let late = get(port, &right_callback()).await;
    assert_eq!((late.status, late.header("location")), (303, "/done"));
    assert!(get(port, "/done").await.body.contains("<h1>This sign-in ran out of time.</h1>"));
    within(finished).await.expect("it was read");
}

#[tokio::test]
async fn a_result_that_nobody_reads_is_not_offered_for_ever() {
    let (waiting, port) = open_at("127.0.0.1", "/callback").await;
    // An idle runtime moves a paused clock on by itself.
    tokio::time::pause();
    waiting.finish(Page::Cancelled).await;
    tokio::time::resume();
    wait_until_free(port).await;
}

#[tokio::test]
async fn a_redirect_uri_that_is_itself_done_gets_another_place_for_the_result() {
    let (mut waiting, port) = open_at("127.0.0.1", "/done").await;
    let reply = get(port, &right_callback().replace("/callback", "/done")).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/daypass-done"));
    within(waiting.callback()).await;
    let finished = tokio::spawn(waiting.finish(signed_in()));
    assert!(get(port, "/daypass-done").await.body.contains("Signed in."));
    within(finished).await.expect("it was read");
}

#[tokio::test]
async fn every_answer_carries_exactly_these_headers() {
    let (mut waiting, port) = open_at("127.0.0.1", "/callback").await;
    let strays = [get(port, "/favicon.ico").await, get(port, "/callback?error=x").await];
    let redirect = get(port, &right_callback()).await;
    within(waiting.callback()).await;
    let used = get(port, &right_callback()).await;
    let asking = get(port, "/done").await;
    let finished = tokio::spawn(waiting.finish(signed_in()));
    let result = get(port, "/done").await;
    within(finished).await.expect("it was read");

    let style = hash(between(&result.body, "<style>", "</style>"));
    let script = hash(between(&result.body, "<script>", "</script>"));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    );
    let common = [
        ("cache-control", "no-store"),
        ("connection", "close"),
        ("content-security-policy", policy.as_str()),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ];
    let html = ("content-type", "text/html; charset=utf-8");
    for reply in strays.iter().chain([&used, &result]) {
        check(reply, &common, &[html]);
    }
    check(&asking, &common, &[html, ("refresh", "0")]);
    check(&redirect, &common, &[("location", "/done")]);
    assert_eq!(asking.body.matches("<script").count(), 0, "only success runs a script");
    assert_eq!(result.body.matches("<script").count(), 1);
    for word in ["src=", "href=", "url(", "@import", "style=\"", "onload"] {
        assert!(!result.body.contains(word), "nothing from outside, nothing inline: {word}");
    }
}

fn hash(text: &str) -> String {
    assert!(!text.is_empty());
    STANDARD.encode(Sha256::digest(text))
}

fn check(reply: &Reply, common: &[(&str, &str)], own: &[(&str, &str)]) {
    let mut expected: Vec<(&str, &str)> = common.iter().chain(own).copied().collect();
    expected.sort_unstable();
    let found: Vec<(&str, &str)> = reply.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(found, expected, "status {}", reply.status);
}

#[tokio::test]
async fn foreign_text_stays_text() {
    const EVIL: &str = "<script>alert(1)</script>\"'&";
    for page in [
        Page::Failed(problem("Upstox sent an error we don’t know.").quoting(EVIL)),
        Page::WrongUser { got: EVIL.into(), wanted: "AB1234".into() },
        Page::Denied,
    ] {
        let (free, port) = open_at("127.0.0.1", "/callback").await;
        drop(free);
        let waiting = within(daypass_login::open(request("127.0.0.1", port, "/callback", EVIL))).await.expect("open");
        let finished = tokio::spawn(waiting.finish(page));
        tokio::task::yield_now().await;
        let body = get(port, "/done").await.body;
        within(finished).await.expect("it was read");
        assert!(!body.contains("<script"), "{body}");
        assert!(body.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{body}");
    }
}
