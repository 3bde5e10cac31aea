//! Which web addresses a secret may be sent to.
//!
//! The invariant: nothing secret travels over plain http, except to this very machine. What this is not: a look at who is
//! there; that is TLS.

use url::{Host, Url};

/// Whether what is sent there is secret on its way.
pub fn keeps_secrets(url: &Url) -> bool {
    url.has_host() && (url.scheme() == "https" || url.scheme() == "http" && is_this_machine(url))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_keep_a_secret() {
        for (address, keeps) in [
            ("https://example.org/hook", true),
            ("http://example.org/hook", false),
            ("http://localhost:8080/", true),
            ("http://LOCALHOST/", true),
            ("http://127.0.0.1/", true),
            ("http://127.8.9.1/", true),
            ("http://2130706433/", true),
            ("http://[::1]/", true),
            ("http://localhost.example.org/", false),
            ("http://127.0.0.1.example.org/", false),
            ("http://[::ffff:192.168.0.1]/", false),
            ("http://0.0.0.0/", false),
            ("ftp://localhost/", false),
            ("file:///tmp/x", false),
        ] {
            assert_eq!(keeps_secrets(&Url::parse(address).expect("an address")), keeps, "{address}");
        }
    }
}
