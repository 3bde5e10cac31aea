//! The only part that knows all the others: it opens the whole thing.
//!
//! [`start`] takes the lock and runs manager, vault, doors and practice broker; or, if somebody else holds the lock, joins
//! them over the socket. Whoever calls it gets a [`Client`] and never knows which. Adding a part means one line in
//! `run`. What this part is not: it decides nothing.

mod almanac;
mod books;
mod bots;
mod clock;
mod courier;
mod desk;
mod feelers;
mod hands;
mod in_process;
mod ledger;
mod lock;
mod log_page;
mod logging;
mod look_around;
mod looks;
mod meters;
mod private;
mod rehearsal;
mod report;
mod run;
mod spawner;
mod strongroom;

pub use daypass_api as api;
pub use daypass_api::{
    Answer, Browser, Caller, Change, Client, HandedOut, HistoryQuery, KeyView, LogLine, LogQuery, MadeKey, NewAccount,
    NewKey, Refreshing, SignIn, Wanted, Watched,
};
pub use daypass_config::{Environment, Folders};
pub use daypass_domain as domain;
pub use daypass_domain::{AccountId, Moment, Problem, Remedy, Secret};
pub use daypass_login::{Opener, SystemOpener, inheritable};
pub use daypass_manager::{Code, Lasting, Refused, Until, check, notice, view};
pub use daypass_practice as practice;
pub use logging::log_to_terminal;
pub use run::{Running, Start, connect, sockets, start};
