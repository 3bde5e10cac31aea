//! Where tokens are put: each new one goes to every place that an account's owner has switched on.
//!
//! An outlet never schedules, never retries and keeps no state: it puts one [`Parcel`] in its place, or says in one problem
//! why it could not. The invariant: a place holds either the whole old token or the whole new one, and nobody else on
//! this computer can read it there. What this part is not: the decision when to deliver (`wiring` has the courier) or
//! what is allowed in a setting (`config` checks it against [`OutletProfile`]).
//!
//! What is in its place stays there after a sign-out and after a refusal: the token is dead by then, a program that finds
//! nothing fails in worse ways than one that the broker refuses, and the next delivery replaces it.
//!
//! # Adding an outlet
//! 1. Write `src/NAME.rs` with a unit struct that implements [`Kind`]; its `profile()` is a constant with the fields of the
//!    form, its `open()` takes checked settings and gives an [`Outlet`]. What it needs from the machine beside the disk
//!    is a port in [`Ports`].
//! 2. Add one line to [`ALL`].
//! 3. Run the tests (`cargo test -p daypass-outlets`): some of them go over every outlet in the table.
//!
//! Nothing else in the program names an outlet: settings, forms, courier and window are drawn from that profile.

mod command;
mod env_file;
mod json_file;
mod outlet;
mod place;
mod webhook;

pub use command::{Ended, Order, Run, Spawner};
pub use daypass_domain::{OutletProfile, OutletSettings};
use daypass_domain::{Problem, Secret};
pub use outlet::{Kind, Outlet, Parcel, Ports};

/// Every outlet, in the order in which the form offers them.
pub static ALL: &[&dyn Kind] = &[&json_file::JsonFile, &env_file::EnvFile, &command::Command, &webhook::Webhook];

/// The outlet with this id.
pub fn find(id: &str) -> Option<&'static dyn Kind> {
    ALL.iter().copied().find(|kind| kind.profile().id == id)
}

/// Whether every outlet whose form asks for this secret could use it.
pub fn check_secret(key: &str, secret: &Secret) -> Result<(), Problem> {
    let asks = |kind: &&&dyn Kind| kind.profile().fields.iter().any(|one| one.field.secret && one.field.key == key);
    ALL.iter().filter(asks).try_for_each(|kind| kind.check_secret(secret))
}

/// What the form of each outlet asks for.
pub fn profiles() -> Vec<&'static OutletProfile> {
    ALL.iter().map(|kind| kind.profile()).collect()
}

#[cfg(test)]
mod tests;
