//! The two ways in over HTTP: a script with its request, and the person at the browser.
//!
//! Invariant: each request is a connection of its own, past every proxy, with a limit. What this is not: a browser that
//! runs scripts; that one is in the desktop tests.

use crate::world::LIMIT;

/// The person at the browser: approves, is sent back, and waits for the page that says how it ended.
pub(crate) fn approve(address: &str, user: &str) -> String {
    block_on(async {
        let browser = client();
        let form = [("user", user), ("approve", "yes")];
        let mut page = browser.post(address).form(&form).send().await.expect("the dialog answers");
        // The page asks for itself again until the result is known.
        while page.headers().contains_key("refresh") {
            let again = page.url().clone();
            page = browser.get(again).send().await.expect("the page answers");
        }
        assert!(page.url().query().is_none(), "no code stays in the address: {}", page.url());
        page.text().await.expect("a page")
    })
}

pub(crate) fn http(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    block_on(async {
        let method = method.parse().expect("a method");
        let mut request = client().request(method, format!("http://127.0.0.1:{port}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.body(body.to_owned());
        }
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    })
}

pub(crate) fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(LIMIT).build().expect("a client")
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

pub(crate) fn port_of(address: &str) -> u16 {
    let rest = address.split("://").nth(1).unwrap_or(address);
    let host = rest.split('/').next().unwrap_or_default();
    host.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(80)
}
