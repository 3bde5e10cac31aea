//! One file per broker: what goes over the wire, and what the answers mean.
//!
//! A broker never schedules, never retries and keeps no state: it makes one request and says what came back. When to
//! ask is the manager's affair.
//!
//! # Adding a broker
//! 1. Write `src/NAME.rs` with a unit struct that implements [`Broker`]; its `profile()` is a constant that describes the
//!    broker: fields of the form, rules for the end, renewal, probe, exchanges. Tables of codes go beside it, into
//!    `src/NAME/`.
//! 2. Add one line to [`ALL`].
//! 3. Run the contract suite (`cargo test -p daypass-brokers`): it goes over every broker in the table.
//!
//! Nothing else in the program names a broker.

mod broker;
mod failure;
#[cfg(test)]
mod fixture;
mod http;
mod oauth2;
mod rfc6749;
mod settings;
mod upstox;

pub use broker::{Answer, Artefact, Broker, BrokerError, Callback, Failure, Handshake, Network, Probe, Reached};
pub use http::{ProxySettings, http_client};

/// Every broker, in the order in which the wizard offers them.
pub static ALL: &[&dyn Broker] = &[&upstox::Upstox, &oauth2::OAuth2];

/// The broker with this id.
pub fn find(id: &str) -> Option<&'static dyn Broker> {
    ALL.iter().copied().find(|broker| broker.profile().id == id)
}
