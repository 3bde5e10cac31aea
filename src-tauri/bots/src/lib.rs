//! The keys that bots use over HTTP: made, checked, revoked.
//!
//! ```text
//!  a person ── make, list, revoke ──► KeyRing ◄── enter(key, now) ── the HTTP door
//!                                        │
//!                                    keys.json: names, accounts, hashes
//! ```
//!
//! The invariant: a key is shown once, when it is made; what is kept of it is a hash, and whoever enters has presented a
//! key that was made and not revoked. What this part is not: it hands out no token and writes no ledger; it says which
//! bot asks and which accounts that bot may have.

mod file;
mod key;
mod keys;
mod live;
mod name;
mod pace;
mod refusal;
mod ring;
mod scope;

pub use key::KeyId;
pub use name::BotName;
pub use refusal::Refusal;
pub use ring::{Bot, KeyRing, KeyView, NewKey};
pub use scope::Scope;
