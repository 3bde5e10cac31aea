//! How far an account's token is from the disk, and what the broker has said since the program started.
//!
//! The invariant: whatever waits for an answer has an end. What this is not: remembered; a restart begins it anew.

use super::Facts;
use daypass_domain::{Generation, Moment, Problem};

/// The broker's answers since the program started.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// The last answer of any kind.
    pub last: Option<(Moment, Said)>,
    /// The broker said yes to the token held now.
    pub yes: bool,
    /// Checks in a row without a usable answer.
    pub misses: u32,
    /// Since when.
    pub silent_since: Option<Moment>,
    /// Refusals in a row; the second one counts.
    pub refusals: u32,
    /// Ask now, whatever the clock says: after a wake-up, a report, a new token.
    pub at_once: bool,
    /// A bot says that the broker refused the token: ask soon.
    pub reported: bool,
    /// The ask under way is one that the clock brought.
    pub routine: bool,
    /// The broker asked for quiet until then.
    pub not_before: Option<Moment>,
}

/// What was said.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// The token works.
    Yes,
    /// The token does not work.
    No(Problem),
    /// No usable answer.
    Nothing(Problem),
}

/// Whether the newest token and its facts are on disk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saved {
    /// The save under way.
    pub pending: Option<Flight>,
    /// The generation that the vault answered for, well or badly: bots may have it from then on.
    pub answered: Generation,
    /// When it was last written.
    pub at: Option<Moment>,
    /// How many earlier generations are kept.
    pub backups: u32,
    /// Failures in a row, when the last was, and why.
    pub failed: Option<(u32, Moment, Problem)>,
    /// The facts as they are on disk or on their way there.
    pub facts: Facts,
    /// Whether a token that is still to be proven is on disk or on its way there.
    pub candidate: bool,
}

/// Something that the vault was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Its number.
    pub attempt: daypass_domain::Attempt,
    /// When it counts as failed: a keyring may never answer.
    pub until: Moment,
}

/// Whether the stored token could be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Load {
    /// Read, or there was nothing to read.
    Done,
    /// Being read, after that many failures.
    Pending(Flight, u32),
    /// Not readable now (a locked keyring): tried again, and nothing is overwritten meanwhile.
    Failed(u32, Moment, Problem),
}
