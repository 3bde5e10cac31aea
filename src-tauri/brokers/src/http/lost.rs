//! What became of a request that brought no whole answer: a code and a sentence for each way to lose one.
//!
//! The invariant: only a connection that was never made is [`Failure::NotSent`], and the library's own error is never
//! shown, because it can hold the URL. What this is not: an answer of somebody else (a portal, a guard); see `reply`.

use crate::{BrokerError, Failure};
use daypass_domain::{Problem, Remedy};
use std::error::Error;
use std::io::{self, ErrorKind};

/// Says what is known about it.
pub(super) fn lost(name: &str, error: &reqwest::Error) -> BrokerError {
    let (failure, problem) = if error.is_builder() {
        (Failure::NotSent, UNSENDABLE.saying(format!("The request to {name} could not be written.")))
    } else if is_certificate(error) {
        (Failure::NotSent, CERTIFICATE.saying(format!("The server that answered could not prove that it is {name}.")))
    } else if error.is_dns() {
        (Failure::NotSent, NAME_NOT_FOUND.saying(format!("The address of {name} could not be looked up.")))
    } else if error.is_connect() {
        (Failure::NotSent, unreached(name, error.is_timeout(), io_kind(error)))
    } else if error.is_timeout() {
        (Failure::Unknown, TIMEOUT.saying(format!("{name} did not answer in time.")))
    } else {
        (Failure::Unknown, NO_ANSWER.saying(format!("The connection to {name} broke before the answer was complete.")))
    };
    BrokerError { failure, problem, retry_after: None }
}

/// Why there was no connection.
fn unreached(name: &str, in_vain: bool, kind: Option<ErrorKind>) -> Problem {
    match kind {
        Some(ErrorKind::NetworkDown | ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable) => {
            NO_NETWORK.saying(format!("No network leads from this computer to {name}."))
        }
        Some(ErrorKind::ConnectionRefused) => {
            REFUSED.saying(format!("{name} could not be reached: the connection was refused."))
        }
        _ if in_vain => CONNECT_TIMEOUT.saying(format!("{name} did not take the connection in time.")),
        _ => UNREACHABLE.saying(format!("{name} could not be reached.")),
    }
}

/// What the system said, if it was the system that said no.
fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    causes(error).find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind)
}

/// Whether the TLS handshake failed on the certificate: a captive portal, a wrong clock, an intercepting proxy.
fn is_certificate(error: &reqwest::Error) -> bool {
    let tls = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>());
    matches!(tls, Some(rustls::Error::InvalidCertificate(_)))
}

/// Everything below an error, from the outside in.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| below(*cause))
}

/// An `io::Error` hides what it wraps from `source()`, and here one wraps another.
fn below<'e>(cause: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match cause.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => cause.source(),
    }
}

const UNSENDABLE: Problem = Problem::new(
    "unsendable",
    "The request could not be written.",
    "Compare the settings of this account with your app at the broker.",
    Remedy::FixSetting,
);
const NAME_NOT_FOUND: Problem = Problem::new(
    "name_not_found",
    "The address of the broker could not be looked up.",
    "Check whether this computer is online, and the addresses in this account's settings; Daypass tries again by itself.",
    Remedy::TryAgain,
);
const NO_NETWORK: Problem = Problem::new(
    "no_network",
    "No network leads from this computer to the broker.",
    "Check whether this computer is online; Daypass tries again by itself.",
    Remedy::TryAgain,
);
const REFUSED: Problem = Problem::new(
    "connection_refused",
    "The broker could not be reached: the connection was refused.",
    "Its server may be down, or a proxy or firewall in between closed; Daypass tries again by itself.",
    Remedy::TryAgain,
);
const CONNECT_TIMEOUT: Problem = Problem::new(
    "connect_timeout",
    "The broker did not take the connection in time.",
    "Check this computer's network; Daypass tries again by itself.",
    Remedy::TryAgain,
);
const UNREACHABLE: Problem = Problem::new(
    "unreachable",
    "The broker could not be reached.",
    "Check this computer's network; Daypass tries again by itself.",
    Remedy::TryAgain,
);
const CERTIFICATE: Problem = Problem::new(
    "certificate",
    "The server could not prove who it is.",
    "Check this computer's clock, and sign in to the network's own page if it has one.",
    Remedy::TryAgain,
);
const TIMEOUT: Problem = Problem::new(
    "timeout",
    "The broker did not answer in time.",
    "Daypass asks again later; the token that you have is kept.",
    Remedy::TryAgain,
);
const NO_ANSWER: Problem = Problem::new(
    "no_answer",
    "The broker did not answer.",
    "Daypass asks again later; the token that you have is kept.",
    Remedy::TryAgain,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_there_was_no_connection_is_told_apart() {
        for (sentence, in_vain, kind, code) in [
            ("the cable is out", false, Some(ErrorKind::NetworkUnreachable), "no_network"),
            ("the network sleeps", false, Some(ErrorKind::NetworkDown), "no_network"),
            ("a router knows no way", false, Some(ErrorKind::HostUnreachable), "no_network"),
            ("nobody listens", false, Some(ErrorKind::ConnectionRefused), "connection_refused"),
            ("the system gave up waiting", true, Some(ErrorKind::TimedOut), "connect_timeout"),
            ("we gave up waiting", true, None, "connect_timeout"),
            ("somebody hung up", false, Some(ErrorKind::ConnectionReset), "unreachable"),
            ("nobody says why", false, None, "unreachable"),
        ] {
            let problem = unreached("Testbroker", in_vain, kind);
            assert_eq!((problem.code.as_ref(), problem.remedy), (code, Remedy::TryAgain), "{sentence}");
            assert!(problem.what.contains("Testbroker"), "{sentence}: {problem}");
        }
    }
}
