//! The token manager: events in, effects out, one loop.

pub mod notice;
pub mod refused;
pub mod view;

pub use refused::{Code, Refused};
