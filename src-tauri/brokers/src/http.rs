//! The way out to a broker: one client for all, one request at a time, and an honest word about what became of it.
//!
//! The invariant: [`Failure::NotSent`] is said only when no byte of the request can have reached the broker; every
//! other loss is [`Failure::Unknown`]. What this is not: it repeats nothing and knows no broker.

mod client;
mod headers;
mod lost;
mod reply;

pub use client::{ProxySettings, http_client};
use lost::lost;
pub(crate) use reply::Reply;

use crate::{BrokerError, Failure, Network};
use daypass_domain::{Problem, Remedy};
use reqwest::{Request, Response};
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

const TOO_LONG: Problem = Problem::new(
    "too_long",
    "The answer was too long.",
    "Check the network; Daypass asks again later.",
    Remedy::TryAgain,
);
