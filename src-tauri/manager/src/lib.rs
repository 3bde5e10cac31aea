//! The token manager: events in, effects out, one loop.
//!
//! [`step`] is the heart: a pure function from state, event and time to effects. [`next`] says what is due when, [`health`]
//! says how an account is, [`hand_out`] is the only gate through which a token leaves. [`service`] turns the crank:
//! it feeds events to `step` and hands effects to [`service::Hands`]. What this is not: it opens no socket, no file and
//! no clock.

pub mod account;
pub mod check;
pub mod clock;
pub mod event;
pub mod hand_out;
pub mod health;
pub mod ladder;
pub mod market;
pub mod next;
pub mod notice;
pub mod readiness;
pub mod refused;
pub mod service;
mod show;
pub mod state;
mod step;
mod timetable;
pub mod useful;
pub mod view;
mod words;
pub mod work;

pub use event::{Answer, Ask, Effect, Event, Opening, Reply, Ticket, Trip};
pub use hand_out::{HandOut, Lasting, Outlook, Until, hand_out};
pub use health::health;
pub use next::next;
pub use readiness::readiness;
pub use refused::{Code, Refused};
pub use service::{Clock, Handle, Hands};
pub use show::snapshot;
pub use state::State;
pub use step::step;
pub use timetable::timetable;
