//! The one HTTP client: how it connects, what it trusts, how long it waits.
//!
//! The invariant: a request goes out at most once, over a connection of its own, to exactly the address it was made
//! for. What this is not: it holds no broker's address and no secret.

use reqwest::{Client, ClientBuilder, NoProxy, Proxy, redirect, retry};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;
use std::time::Duration;

/// A broker that has not taken the connection by then is not there.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// From the first byte to the last: a person is looking at a browser tab meanwhile.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// A proxy never stands between this program and this machine.
const THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1";

/// The client that all brokers share. TLS by rustls with ring, trusting what the platform trusts; no redirects, no
/// retries, 5 s to connect, 15 s in all. `HTTPS_PROXY` and `NO_PROXY` are obeyed, except for this machine.
///
/// # Panics
/// Never in practice: everything that it is built from is a constant.
pub fn http_client() -> Client {
    let builder = Client::builder()
        .user_agent(concat!("Daypass/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls())
        // A broker's API never redirects; a captive portal does, and would be handed the secrets.
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        // A kept connection may be dead without anybody knowing (sleep, a closed lid), and then nobody can say whether
        // a request was carried out. One connection per request costs a handshake, twice an hour.
        .pool_max_idle_per_host(0)
        .referer(false)
        .connect_timeout(CONNECT_WITHIN)
        .timeout(ANSWER_WITHIN)
        .no_proxy();
    with_proxy(builder).build().expect("a client of constants can be built")
}

fn tls() -> ClientConfig {
    let builder = || {
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
    };
    match builder().with_platform_verifier() {
        Ok(config) => config.with_no_client_auth(),
        Err(error) => {
            // The practice broker needs no certificates, so the program starts; every real broker is then refused.
            tracing::warn!(%error, "this system trusts no certificate authority; install ca-certificates");
            builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth()
        }
    }
}

/// Plain http is for this machine only, so only https ever takes a proxy.
fn with_proxy(builder: ClientBuilder) -> ClientBuilder {
    let Some(ProxySettings { address, exceptions }) = ProxySettings::of_environment() else { return builder };
    match Proxy::https(address) {
        Ok(proxy) => builder.proxy(proxy.no_proxy(NoProxy::from_string(&exceptions))),
        Err(_) => {
            // Not the value: it may carry a password.
            tracing::warn!("the proxy in the environment is not an address; connecting without it");
            builder
        }
    }
}

/// The proxy on the way to every broker. Not to be shown: the address may carry a password.
#[derive(Clone)]
pub struct ProxySettings {
    /// Its address, as it was written.
    pub address: String,
    /// Where it does not stand in between, with commas: this machine first of all.
    pub exceptions: String,
}

impl ProxySettings {
    /// What the environment says. Plain http is for this machine only, so `HTTP_PROXY` is not asked.
    pub fn of_environment() -> Option<Self> {
        let address = first_of(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])?;
        Some(Self::new(address.trim(), &first_of(&["NO_PROXY", "no_proxy"]).unwrap_or_default()))
    }

    /// This proxy, except for this machine and for others.
    pub fn new(address: &str, others: &str) -> Self {
        let exceptions = if others.is_empty() { THIS_MACHINE.to_owned() } else { format!("{THIS_MACHINE},{others}") };
        Self { address: address.to_owned(), exceptions }
    }
}

fn first_of(names: &[&str]) -> Option<String> {
    names.iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.trim().is_empty())
}
