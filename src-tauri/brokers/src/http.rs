//! The way out to a broker: one client for all, one request at a time, and an honest word about what became of it.
//!
//! The invariant: [`Failure::NotSent`] is said only when no byte of the request can have reached the broker; every
//! other loss is [`Failure::Unknown`]. What this is not: it repeats nothing and knows no broker.

mod client;
mod headers;
mod reply;

pub use client::http_client;
pub(crate) use reply::Reply;

use crate::{BrokerError, Failure, Network};
use daypass_domain::{Problem, Remedy};
use reqwest::{Request, Response};
use std::error::Error;
use zeroize::Zeroizing;

/// A longer body is no answer to anything that is asked here: real ones have a few kilobytes.
const LONGEST_BODY: usize = 256 * 1024;

/// Sends one request, once. `name` is what people call the broker; the sentences are made with it.
pub(crate) async fn send(net: &Network, name: &str, request: reqwest::Result<Request>) -> Result<Reply, BrokerError> {
    let request = request.map_err(|error| lost(name, &error))?;
    // No query and no body: both can carry secrets.
    let (method, host, path) =
        (request.method().clone(), request.url().host_str().map(str::to_owned), request.url().path().to_owned());
    let response = net.http.execute(request).await.map_err(|error| {
        let lost = lost(name, &error);
        tracing::debug!(%method, host, path, failure = ?lost.failure, code = %lost.problem.code, "no answer");
        lost
    })?;
    tracing::debug!(%method, host, path, status = response.status().as_u16(), "answered");
    read(net, name, response).await
}

async fn read(net: &Network, name: &str, mut response: Response) -> Result<Reply, BrokerError> {
    let mut reply = Reply::begun(response.status(), response.headers(), net.now);
    let broken = |problem: Problem| BrokerError { failure: Failure::Unknown, problem, retry_after: reply.retry_after };
    // The whole size at once: a buffer that grows leaves copies of its content behind.
    let mut body = Zeroizing::new(Vec::with_capacity(expected_size(&response)));
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(lost(name, &error).problem))? {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err(broken(TOO_LONG.saying(format!("{name} sent an answer that is too long to be one."))));
        }
        body.extend_from_slice(&chunk);
    }
    reply.body = body;
    Ok(reply)
}

fn expected_size(response: &Response) -> usize {
    response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(8 * 1024).min(LONGEST_BODY)
}

/// Says what is known about a request that brought no answer. The error itself is never shown: it can hold the URL.
fn lost(name: &str, error: &reqwest::Error) -> BrokerError {
    let (failure, problem) = if error.is_builder() {
        (Failure::NotSent, UNSENDABLE.saying(format!("The request to {name} could not be written.")))
    } else if is_certificate(error) {
        (Failure::NotSent, CERTIFICATE.saying(format!("The server that answered could not prove that it is {name}.")))
    } else if error.is_connect() || error.is_dns() {
        (Failure::NotSent, UNREACHABLE.saying(format!("{name} could not be reached.")))
    } else if error.is_timeout() {
        (Failure::Unknown, NO_ANSWER.saying(format!("{name} did not answer in time.")))
    } else {
        (Failure::Unknown, NO_ANSWER.saying(format!("The connection to {name} broke before the answer was complete.")))
    };
    BrokerError { failure, problem, retry_after: None }
}

/// Whether the TLS handshake failed on the certificate: a captive portal, a wrong clock, an intercepting proxy.
fn is_certificate(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return matches!(tls, rustls::Error::InvalidCertificate(_));
        }
        cause = match error.downcast_ref::<std::io::Error>() {
            // An `io::Error` hides what it wraps from `source()`, and here one wraps another.
            Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    false
}

const UNSENDABLE: Problem = Problem::new(
    "unsendable",
    "The request could not be written.",
    "Compare the settings of this account with your app at the broker.",
    Remedy::FixSetting,
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
const NO_ANSWER: Problem = Problem::new(
    "no_answer",
    "The broker did not answer.",
    "Daypass asks again later; the token that you have is kept.",
    Remedy::TryAgain,
);
const TOO_LONG: Problem = Problem::new(
    "too_long",
    "The answer was too long.",
    "Check the network; Daypass asks again later.",
    Remedy::TryAgain,
);
