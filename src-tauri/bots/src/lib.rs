//! The keys with which bots take tokens over HTTP: made, shown once, and from then on known by their hash only.
//!
//! ```text
//! dpk_ 4fGh81Qz _ mYr3…        the id names the key, the rest opens the door
//!      └ in the file   └ only its SHA-256 is in the file
//! ```
//!
//! The invariant: whoever reads the file cannot get in, and whoever does not have a key learns nothing by trying, not
//! even which ids exist. What this part is not: the door, or a choice of what a key is good for beyond its accounts.

mod file;
mod key;
mod limits;
mod ring;

pub use key::{BotName, KeyId, KeyView, Scope};
pub use ring::{Bot, KeyRing, Refusal};
