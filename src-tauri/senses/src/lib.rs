//! What goes on at this computer: whether somebody is there, whether it sleeps, whether the network is back.
//!
//! The invariant: nobody is made up. Where no source answers, presence is [`Presence::Unknown`], and nothing is said of
//! the network; a source that vanishes takes what it said with it. Nothing here polls, and nothing here starts another
//! program: whoever is not on the bus is not asked.
//!
//! What this part is not: it decides nothing, opens no browser and asks no broker. On macOS and Windows it has no
//! sources yet, so presence is unknown there, and sleep is noticed by the clock alone.

#[cfg(target_os = "linux")]
mod board;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod signs;
mod watching;

#[cfg(target_os = "linux")]
pub use watching::{Surroundings, watch_in};
pub use watching::{Watching, watch};

pub use daypass_domain::Presence;

/// Something that was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// Somebody came or went: told when it is first known, and at every change.
    Presence(Presence),
    /// The computer is about to sleep.
    Sleeping,
    /// The computer has slept. Where the state of the network is known, it is told again next.
    Woke,
    /// The network reaches the internet: told when it is first known, at every change, and after waking.
    NetworkUp,
    /// The network does not reach the internet; behind a sign-in page it does not either.
    NetworkDown,
}
