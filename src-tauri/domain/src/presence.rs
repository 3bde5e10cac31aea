//! Whether somebody is there to see what a program does.

/// Whether somebody is at the computer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// Unlocked and not idle, by every source that knows.
    There,
    /// Locked or idle, by any source.
    Away,
    /// No source answers: no browser opens by itself.
    #[default]
    Unknown,
}
