//! The check of the evening before: will the next session be ready, as far as this computer has a say in it?
//!
//! The manager decides when it is made and what follows from it; whoever stands outside looks (port, keyring, disk,
//! clock and so on) and answers with [`Finding`]s. The invariant: a check never changes anything but what is said.

use daypass_domain::{Moment, Problem};
use serde::{Deserialize, Serialize};

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// The port of the redirect URI is free, or ours.
    Port,
    /// What is missing in the settings.
    Credentials,
    /// The token can be kept, and read again.
    Keyring,
    /// There is room on the disk.
    Disk,
    /// This computer's clock agrees with the broker's.
    Clock,
    /// The trading calendar is known.
    Calendar,
    /// The broker's address can be reached.
    Network,
    /// Daypass starts with the session.
    Autostart,
    /// There is a screen, with a tray on it, for a person to be asked on.
    Display,
}

impl Aspect {
    /// Whether trouble with it can cost a token that is held and proven; else only a sign-in that is still to come.
    pub fn threatens_a_held_token(self) -> bool {
        matches!(self, Aspect::Keyring | Aspect::Disk | Aspect::Network)
    }
}

/// What was found about one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// What was looked at.
    pub aspect: Aspect,
    /// What is wrong with it, and what to do; none if all is well.
    pub problem: Option<Problem>,
    /// Whether this alone can cost the next session; else it is only worth knowing.
    pub risk: bool,
    /// What was seen, in a few words: `5001 is free`.
    pub seen: String,
}

/// All of them, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// When it was made.
    pub at: Moment,
    /// What was found, in the order of [`Aspect`].
    pub findings: Vec<Finding>,
}

impl Eq for Finding {}

impl Check {
    /// The first finding that can cost the next session.
    pub fn worst(&self) -> Option<&Problem> {
        self.findings.iter().filter(|finding| finding.risk).find_map(|finding| finding.problem.as_ref())
    }
}
