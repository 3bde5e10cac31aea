//! The page on which a person says yes or no.

mod common;

use common::{REDIRECT, query, table};
use daypass_practice::{ClientRule, Options, person};
use reqwest::header::{CONTENT_SECURITY_POLICY, LOCATION};

const DIALOG: &str = "/v2/login/authorization/dialog";

#[tokio::test]
async fn the_page_says_what_it_is_and_loads_nothing() {
    let table = table(Options::default()).await;
    let response = table.client.get(table.dialog(DIALOG, &[])).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().expect("text").to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let page = response.text().await.expect("a page");
    for part in [
        "Practice broker",
        "not a real broker",
        r#"name="user" value="AB1234""#,
        r#"name="user" value="CD5678""#,
        r#"name="approve""#,
        r#"name="deny""#,
        r#"method="post""#,
        "http://localhost:5001/callback",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    for part in ["<script", "src=", "<link", "@import", "url("] {
        assert!(!page.contains(part), "{part} in {page}");
    }
}

#[tokio::test]
async fn foreign_text_is_escaped() {
    let table = table(Options::default()).await;
    let nasty = r#""><script>alert(1)</script>"#;
    let url = table.dialog(DIALOG, &[("client_id", nasty), ("state", nasty)]);
    let page = table.client.get(url).send().await.expect("an answer").text().await.expect("a page");
    assert!(!page.contains("<script") && page.contains("&lt;script"), "{page}");
}

#[tokio::test]
async fn the_form_works_with_the_address_or_with_its_own_fields() {
    let table = table(Options::default()).await;
    let whole = [("response_type", "code"), ("client_id", "key"), ("redirect_uri", REDIRECT), ("state", "S 2&=")];
    for (sentence, url, form) in [
        ("everything in the address", table.dialog(DIALOG, &[("state", "S 2&=")]), vec![]),
        ("everything in the form", table.url(DIALOG), whole.to_vec()),
        ("both", table.dialog(DIALOG, &[("state", "S 2&=")]), whole.to_vec()),
    ] {
        let form: Vec<_> = form.into_iter().chain([("user", "CD5678"), ("approve", "yes")]).collect();
        let response = table.client.post(url).form(&form).send().await.expect("an answer");
        assert_eq!(response.status(), 302, "{sentence}");
        let location: url::Url = response.headers()[LOCATION].to_str().expect("text").parse().expect("a URL");
        assert!(location.as_str().starts_with("http://localhost:5001/callback?code="), "{sentence}: {location}");
        assert_eq!(query(&location)["state"], "S 2&=", "{sentence}");
    }
}

#[tokio::test]
async fn no_state_in_means_no_state_out_and_a_query_is_kept() {
    let table = table(Options::default()).await;
    let url = table.dialog(DIALOG, &[("state", ""), ("redirect_uri", "http://localhost:5001/cb?own=1")]);
    let back = person::approve(&url, None).await.expect("sent back");
    let pairs = query(&back);
    assert_eq!((pairs["own"].as_str(), pairs.contains_key("state"), pairs.contains_key("code")), ("1", false, true));
}

#[tokio::test]
async fn a_request_that_is_not_right_sends_the_browser_nowhere() {
    let client = ClientRule { id: Some("key".into()), redirect: Some(REDIRECT.into()), ..ClientRule::default() };
    let ruled = table(Options { client, ..Options::default() }).await;
    let open = table(Options::default()).await;
    for (sentence, table, pair, code) in [
        ("another key", &ruled, ("client_id", "other"), "UDAPI100068"),
        ("another port", &ruled, ("redirect_uri", "http://localhost:5002/callback"), "UDAPI100068"),
        ("127.0.0.1 is not localhost", &ruled, ("redirect_uri", "http://127.0.0.1:5001/callback"), "UDAPI100068"),
        ("no key", &open, ("client_id", ""), "UDAPI100068"),
        ("no redirect URI", &open, ("redirect_uri", ""), "UDAPI100068"),
        ("no address", &open, ("redirect_uri", "callback"), "UDAPI100068"),
        ("a script", &open, ("redirect_uri", "javascript:alert(1)"), "UDAPI100068"),
        ("another kind of answer", &open, ("response_type", "token"), "UDAPI100036"),
    ] {
        let url = table.dialog(DIALOG, &[pair]);
        let seen = person::visit(&url).await.expect("a page");
        assert_eq!((seen.status, seen.location), (400, None), "{sentence}");
        assert!(seen.page.contains(code) && !seen.page.contains("<form"), "{sentence}");
        let stays = person::approve(&url, None).await.expect_err(sentence);
        assert!(stays.to_string().contains("400"), "{sentence}: {stays}");
    }
}

#[tokio::test]
async fn only_a_button_decides_and_only_known_users_sign_in() {
    let table = table(Options::default()).await;
    let url = table.dialog(DIALOG, &[]);
    let nothing = table.client.post(url.clone()).form(&[("user", "AB1234")]).send().await.expect("an answer");
    assert_eq!(nothing.status(), 200);
    assert!(nothing.text().await.expect("a page").contains("Approve"), "the page again");
    assert!(person::approve(&url, Some("ZZ9999")).await.is_err());
    let both = [("approve", "yes"), ("deny", "yes")];
    let both = table.client.post(url).form(&both).send().await.expect("an answer");
    assert!(both.headers()[LOCATION].to_str().is_ok_and(|to| to.contains("access_denied")), "no is no");
}
