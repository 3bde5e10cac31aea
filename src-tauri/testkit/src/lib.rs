//! What tests stand on: a clock that is set by hand, a broker that follows a script, and a whole small world around the
//! manager's `step`.
//!
//! Nothing in here sleeps, starts a thread or opens a socket. What this is not: part of the program; only tests may
//! depend on it.

#![allow(clippy::result_large_err, reason = "the error is the brokers' own, and tests are no place to measure it")]

mod clock;
mod moments;
mod scripted;
mod setups;
mod world;

pub use clock::FakeClock;
pub use moments::{at, hours, ist, minutes, seconds};
pub use scripted::{Script, ScriptedBroker};
pub use setups::{oauth2, oauth2_with, upstox};
pub use world::broker::{Life, Renewing, Request, SimBroker, Weather};
pub use world::person::Person;
pub use world::record::{Entry, Record};
pub use world::vault::SimVault;
pub use world::{World, id};
