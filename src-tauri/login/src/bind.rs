//! Opens the listeners of a sign-in, before any browser is opened.
//!
//! Every loopback address that the redirect URI's host names is bound, because a browser may try any of them first:
//! an address left to another program would hand it the code. An address that this computer does not have (no IPv6,
//! say) is left out. Nothing but loopback is ever bound. This process binds for one at a time: a look that binds for a
//! moment would else be in a sign-in's way, or in another look's.

use crate::holder::{OURS, holder};
use crate::lease;
use daypass_domain::{Problem, RedirectUri, Remedy};
use std::io::{Error, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use url::Host;

const TAKEN: Problem = Problem::new(
    "port_taken",
    "The port of the redirect URI is taken.",
    "Close the other program, or register another port.",
    Remedy::FixSetting,
);
const FORBIDDEN: Problem = Problem::new(
    "port_forbidden",
    "This computer does not let Daypass use the port of the redirect URI.",
    "Register another port, above 1024.",
    Remedy::FixSetting,
);
const UNAVAILABLE: Problem = Problem::new(
    "port_unavailable",
    "Daypass cannot listen at the redirect URI.",
    "Check the network settings of this computer, or register another redirect URI.",
    Remedy::FixSetting,
);

/// Held while addresses are bound, by a sign-in or for a look; the kernel does not say that it is only us.
static BINDING: Mutex<()> = Mutex::const_new(());

/// Binds them all, or says who or what is in the way.
pub(crate) async fn bind(redirect: &RedirectUri, broker: &str) -> Result<Vec<TcpListener>, Problem> {
    let bound = {
        let _turn = BINDING.lock().await;
        bind_all(redirect).await
    };
    match bound {
        Ok(listeners) => Ok(listeners),
        Err(failure) => Err(in_the_way(failure, broker).await),
    }
}

/// Whether a sign-in could listen there now, or who or what is in the way. Nothing stays bound, and our own sign-ins are
/// in nobody's way.
pub async fn is_free(redirect: &RedirectUri, broker: &str) -> Result<(), Problem> {
    let looked = {
        let _turn = BINDING.lock().await;
        // Within the turn: a sign-in takes its lease before it binds.
        if lease::is_ours(redirect.port()) {
            return Ok(());
        }
        bind_all(redirect).await.map(drop)
    };
    match looked {
        Ok(()) => Ok(()),
        // Looked up when the turn is over: it reads every process's open files, and a sign-in may be waiting.
        Err(failure) => Err(in_the_way(failure, broker).await),
    }
}

async fn bind_all(redirect: &RedirectUri) -> Result<Vec<TcpListener>, (SocketAddr, Error)> {
    let mut bound = Vec::new();
    let mut failure = None;
    for address in addresses(redirect) {
        match TcpListener::bind(address).await {
            Ok(listener) => bound.push(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => return Err((address, error)),
            Err(error) => failure = Some((address, error)),
        }
    }
    match failure {
        Some(failure) if bound.is_empty() => Err(failure),
        Some((address, error)) => {
            tracing::debug!(%address, reason = %error.kind(), "left out: this computer does not have it");
            Ok(bound)
        }
        None => Ok(bound),
    }
}

/// `localhost` is two addresses; a number is one.
fn addresses(redirect: &RedirectUri) -> Vec<SocketAddr> {
    let ips: Vec<IpAddr> = match redirect.host() {
        Host::Domain(_) => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        Host::Ipv4(ip) => vec![ip.into()],
        Host::Ipv6(ip) => vec![ip.into()],
    };
    ips.into_iter().map(|ip| SocketAddr::new(ip, redirect.port())).collect()
}

async fn in_the_way((address, error): (SocketAddr, Error), broker: &str) -> Problem {
    match error.kind() {
        ErrorKind::AddrInUse => taken(address, broker).await,
        _ => unavailable(address, &error, broker),
    }
}

async fn taken(address: SocketAddr, broker: &str) -> Problem {
    let port = address.port();
    let who = spawn_blocking(move || holder(address)).await.ok().flatten();
    let who = who.unwrap_or_else(|| "another program".to_owned());
    let way_out = if who == OURS { "Register" } else { "Close it, or register" };
    TAKEN
        .saying(format!("Port {port} is taken by {who}."))
        .advising(format!("{way_out} another port at {broker} and set the same redirect URI here."))
}

fn unavailable(address: SocketAddr, error: &Error, broker: &str) -> Problem {
    let port = address.port();
    if error.kind() == ErrorKind::PermissionDenied {
        return FORBIDDEN
            .saying(format!("This computer does not let Daypass use port {port}."))
            .advising(format!("Register a port above 1024 at {broker} and set the same redirect URI here."));
    }
    UNAVAILABLE.saying(format!("Daypass cannot listen at {address}: {}.", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_names_its_loopback_addresses() {
        for (redirect, expected) in [
            ("http://localhost:5001/callback", vec!["127.0.0.1:5001", "[::1]:5001"]),
            ("http://LOCALHOST:5001/callback", vec!["127.0.0.1:5001", "[::1]:5001"]),
            ("http://127.0.0.1:5001/", vec!["127.0.0.1:5001"]),
            ("http://127.0.0.9/", vec!["127.0.0.9:80"]),
            ("http://[::1]:5001/", vec!["[::1]:5001"]),
        ] {
            let redirect = RedirectUri::new(redirect).expect("a redirect URI");
            let named: Vec<String> = addresses(&redirect).iter().map(ToString::to_string).collect();
            assert_eq!(named, expected);
        }
    }

    #[test]
    fn a_failure_says_what_to_do() {
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        let forbidden = unavailable(address, &ErrorKind::PermissionDenied.into(), "Upstox");
        assert_eq!(forbidden.what, "This computer does not let Daypass use port 80.");
        assert_eq!(forbidden.todo, "Register a port above 1024 at Upstox and set the same redirect URI here.");
        let missing = unavailable(address, &ErrorKind::AddrNotAvailable.into(), "Upstox");
        assert_eq!(missing.what, "Daypass cannot listen at 127.0.0.1:80: address not available.");
    }
}
