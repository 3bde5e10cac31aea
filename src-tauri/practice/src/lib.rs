//! A broker to practise with: a real HTTP server on loopback that speaks Upstox's wire format and standard OAuth2, with
//! faults on demand.
//!
//! ```text
//! browser ──► dialog (approve or deny, as one of its users) ──► redirect with a code
//! client  ──► token, profile, logout, calendar               Upstox's own shapes, statuses and error codes
//!         ──► /oauth2/authorize, token, revoke, userinfo      RFC 6749, 7636, 7009, 9207
//! tests   ──► /practice/control, /practice/journal            faults in, what was asked out
//! ```
//!
//! The invariant: nothing here has worth. Its users, keys and tokens exist only on this machine, it listens on
//! 127.0.0.1 alone, and still neither its journal nor its log lines hold a value that a client has sent as a secret.
//! What this is not: a market. It takes no orders and knows no prices, and no other part may depend on its behaviour
//! where the real broker's differs.
#![allow(
    clippy::disallowed_methods,
    reason = "a broker has its own clock and draws its own codes; nothing of Daypass is decided here"
)]

mod books;
mod clock;
mod codes;
mod control;
mod dialog;
mod faults;
mod form;
mod gate;
mod journal;
mod oauth2;
mod options;
pub mod person;
mod practice;
mod random;
mod tell;
mod upstox;

pub use faults::{BadFault, BrokerSays, Fault, Kind, Route, Word};
pub use journal::JournalEntry;
pub use options::{ClientRule, Options, Rotation, SigningKey, User};
pub use practice::Practice;
pub use tell::{Order, Untold, tell};
