//! What a token is, how long it lasts, and what about it is secret.
//!
//! Pure: no clock, no network, no disk. Everything here is a value or a function of values; whoever needs "now" is
//! given it. What this part is not: it does not decide what to do next (that is `manager`), and it knows no broker.

pub mod account;
mod address;
pub mod calendar;
pub mod expiry;
pub mod grant;
pub mod ids;
pub mod jwt;
pub mod ledger;
pub mod outlet;
mod plain;
pub mod policy;
mod presence;
pub mod problem;
pub mod profile;
pub mod redirect;
pub mod secret;
mod span;
mod wall;

pub use account::{Account, Credentials, Options};
pub use address::keeps_secrets;
pub use calendar::Calendar;
pub use expiry::{DailyCutoff, Issue, ends_at};
pub use grant::Grant;
pub use ids::{AccountId, Attempt, Generation, UserId};
pub use ledger::{Entry, Happening};
pub use outlet::{OutletField, OutletProfile, OutletSettings, Shape};
pub use plain::Plain;
pub use policy::{Backoff, OpenBrowser, Policy, QuietHours};
pub use presence::Presence;
pub use problem::{Problem, Remedy};
pub use profile::{BrokerProfile, Field, Presents, Reach, Renewal, Rotation};
pub use redirect::RedirectUri;
pub use secret::{Secret, redact};
pub use span::span;
pub use wall::moment as moment_of;

/// A moment. Everything inside the program is UTC; zones are for people.
pub type Moment = chrono::DateTime<chrono::Utc>;
