//! Whether the way to a broker is open: a connection is opened and closed again.
//!
//! The invariant: it is the way that a request would take, through the proxy where one applies. What this is not: a
//! request; nothing is asked, neither of the broker nor of the proxy.

use daypass_brokers::ProxySettings;
use futures::future::select_ok;
use hyper_util::client::proxy::matcher::Matcher;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::Url;

/// A connection that takes longer is as good as none.
const CONNECTS_WITHIN: Duration = Duration::from_secs(5);

/// Where a request for an address connects to first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hop {
    host: String,
    port: u16,
    /// It is a proxy on the way, not the broker.
    pub(super) is_proxy: bool,
}

/// The proxies of this environment: the ones that the brokers' HTTP client obeys.
pub(super) fn proxies() -> Matcher {
    matcher(&ProxySettings::of_environment().unwrap_or_else(|| ProxySettings::new("", "")))
}

fn matcher(ProxySettings { address, exceptions }: &ProxySettings) -> Matcher {
    Matcher::builder().https(address.as_str()).no(exceptions.as_str()).build()
}

impl Hop {
    /// The first one on the way to a URL.
    pub(super) fn towards(url: &Url, proxies: &Matcher) -> Self {
        let proxy = url.as_str().parse().ok().and_then(|destination| proxies.intercept(&destination));
        let Some(proxy) = proxy else {
            return Self::new(url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(443), false);
        };
        let usual = match proxy.uri().scheme_str() {
            Some("http") => 80,
            Some("https") => 443,
            // What is left is SOCKS.
            _ => 1080,
        };
        Self::new(proxy.uri().host().unwrap_or_default(), proxy.uri().port_u16().unwrap_or(usual), true)
    }

    fn new(host: &str, port: u16, is_proxy: bool) -> Self {
        Self { host: host.trim_matches(['[', ']']).to_owned(), port, is_proxy }
    }

    /// Whether it takes a connection.
    pub(super) async fn connects(&self) -> bool {
        let connecting = async { first(lookup_host((self.host.as_str(), self.port)).await.ok()?).await };
        matches!(timeout(CONNECTS_WITHIN, connecting).await, Ok(Some(_)))
    }
}

/// All are tried at once: one that swallows everything must not use up the time of the others.
async fn first(addresses: impl Iterator<Item = SocketAddr>) -> Option<TcpStream> {
    let tries: Vec<_> = addresses.map(|address| Box::pin(TcpStream::connect(address))).collect();
    // It cannot choose among none.
    if tries.is_empty() {
        return None;
    }
    select_ok(tries).await.ok().map(|(stream, _)| stream)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use tokio::net::{TcpListener, TcpSocket};

    /// The proxies of an environment that names this one.
    pub(in crate::look_around) fn only(proxy: &str) -> Matcher {
        matcher(&ProxySettings::new(proxy, ""))
    }

    #[test]
    fn a_request_goes_through_the_proxy_where_one_applies() {
        let (broker, corner) = ("https://api.broker.invalid/v2", "http://corner.invalid:3128");
        let direct = Hop::new("api.broker.invalid", 443, false);
        for (row, url, (proxy, exceptions), expected) in [
            ("straight without one", broker, ("", ""), direct),
            ("through it", broker, (corner, ""), Hop::new("corner.invalid", 3128, true)),
            ("one without a scheme", broker, ("corner.invalid:3128", ""), Hop::new("corner.invalid", 3128, true)),
            (
                "one with a password",
                broker,
                ("http://me:word@corner.invalid", ""),
                Hop::new("corner.invalid", 80, true),
            ),
            ("one behind TLS", broker, ("https://corner.invalid", ""), Hop::new("corner.invalid", 443, true)),
            ("one that speaks SOCKS", broker, ("socks5://corner.invalid", ""), Hop::new("corner.invalid", 1080, true)),
            ("one with a number", broker, ("http://[::1]:3128", ""), Hop::new("::1", 3128, true)),
            ("one that is no address", broker, ("%", ""), Hop::new("api.broker.invalid", 443, false)),
            ("not to an exception", broker, (corner, "broker.invalid"), Hop::new("api.broker.invalid", 443, false)),
            ("not to this machine", "https://localhost:9000/", (corner, ""), Hop::new("localhost", 9000, false)),
            ("not by plain http", "http://127.0.0.1:9000/", (corner, ""), Hop::new("127.0.0.1", 9000, false)),
            ("not to this machine's number", "https://[::1]:9000/", (corner, ""), Hop::new("::1", 9000, false)),
        ] {
            let url: Url = url.parse().expect("a URL");
            assert_eq!(Hop::towards(&url, &matcher(&ProxySettings::new(proxy, exceptions))), expected, "{row}");
        }
    }

    #[tokio::test]
    async fn the_first_address_that_connects_will_do() {
        let listening = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let open = listening.local_addr().expect("its address");
        let closed = SocketAddr::from(([127, 0, 0, 1], 1));
        // Its queue is full with one that nobody lets in: Linux leaves the next one waiting.
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
        let stuck = socket.listen(0).expect("it listens");
        let silent = stuck.local_addr().expect("its address");
        let _waits = TcpStream::connect(silent).await.expect("the queue's one place");
        for (row, addresses, expected) in [
            ("the only one", vec![open], true),
            ("behind a closed one", vec![closed, open], true),
            ("behind one that says nothing", vec![silent, closed, open], true),
            ("none that is open", vec![closed, closed], false),
            ("none at all", vec![], false),
        ] {
            let connected = timeout(CONNECTS_WITHIN, first(addresses.into_iter())).await.expect("soon");
            assert_eq!(connected.is_some(), expected, "{row}");
        }
        let hop = Hop::new("localhost", open.port(), false);
        assert!(hop.connects().await, "by name");
        drop(listening);
        assert!(!hop.connects().await, "nobody listens any more");
        assert!(!Hop::new("", 443, false).connects().await, "no host at all");
    }
}
