//! Browser out, callback in.
//!
//! A sign-in at a broker happens in the person's own browser; the broker then sends that browser to the redirect URI,
//! an address of this computer. This part listens there, and only while a sign-in waits:
//!
//! ```text
//! open ──► Waiting ──► callback ──► (exchange and probe, elsewhere) ──► finish
//!             ▲                                                           │
//!   browser ──┘ /callback?code=…&state=…  ──303──►  /done  "Asking …"  ──►┘ the result, once it is known
//! ```
//!
//! The invariant: **only a request with the right `state` can end the wait**, whatever else arrives, however much of
//! it, and the right `state` works once. What this part is not: it talks to no broker, keeps no token, knows no clock
//! and no randomness (both come in), and writes no query to any log.

pub mod browser;

mod bind;
mod desk;
mod gate;
mod handshake;
mod holder;
mod lease;
mod look;
mod page;
mod room;
mod waiting;

pub use bind::is_free;
pub use browser::{Opener, SystemOpener, environment as inheritable};
pub use handshake::Handshake;
pub use page::{NotSaved, Page, Pass};
pub use waiting::{Paster, Request, Waiting, open};
