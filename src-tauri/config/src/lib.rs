//! Settings: where they come from, which one wins, and what is wrong with them.
//!
//! ```text
//! environment  >  .env (settings folder, then working directory)  >  config.yaml (the user's own, never written here)
//!              >  settings.yaml (written by the settings window)  >  defaults
//! ```
//!
//! The invariant: a mistake costs the setting it is in and nothing else. It becomes a note with file, line, key and what
//! is allowed, and the program starts with what is good. What this part is not: it reads no clock, no process
//! environment (that comes in) and no keyring.

mod accounts;
mod describe;
mod dotenv;
mod folders;
mod load;
mod outlets;
mod save;
mod settings;
mod table;
mod tree;

pub use describe::{Described, broker_form, describe, outlet_forms};
pub use folders::{Environment, Folders};
pub use load::{Sources, load};
pub use save::save;
pub use settings::{AccountSettings, Api, FoundSecret, Loaded, Logging, Note, Origin, Settings, Told};
