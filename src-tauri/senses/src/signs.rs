//! Whether somebody is at the computer, from what the sources say.
//!
//! The invariant: one source that says "away" is enough, and silence is never taken for "there". What this is not: a
//! guess about who it is.

use crate::Presence;
use std::collections::BTreeMap;

/// Who says something about presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Witness {
    /// The screen saver with this name on the bus.
    ScreenSaver(&'static str),
    /// GNOME's idle monitor.
    IdleMonitor,
    /// logind, about our own session.
    Logind,
}

/// What the sources have said; who does not know is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signs {
    /// Whether the screen is locked or covered.
    pub(crate) locked: BTreeMap<Witness, bool>,
    /// Whether nobody has touched anything for a while.
    pub(crate) idle: BTreeMap<Witness, bool>,
}

/// What all the signs together say.
pub(crate) fn presence(signs: &Signs) -> Presence {
    let mut said = signs.locked.values().chain(signs.idle.values()).peekable();
    match (said.peek().is_some(), said.any(|away| *away)) {
        (false, _) => Presence::Unknown,
        (true, true) => Presence::Away,
        (true, false) => Presence::There,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GNOME: Witness = Witness::ScreenSaver("org.gnome.ScreenSaver");
    const MATE: Witness = Witness::ScreenSaver("org.mate.ScreenSaver");
    const LOGIND: Witness = Witness::Logind;
    const MONITOR: Witness = Witness::IdleMonitor;

    type Row = (&'static str, &'static [(Witness, bool)], &'static [(Witness, bool)], Presence);

    #[test]
    fn presence_follows_from_the_signs() {
        let table: &[Row] = &[
            ("unknown when nobody says anything", &[], &[], Presence::Unknown),
            ("there when the screen saver is not active", &[(GNOME, false)], &[], Presence::There),
            ("there when somebody has just typed", &[], &[(MONITOR, false)], Presence::There),
            ("there when unlocked and not idle", &[(LOGIND, false)], &[(LOGIND, false)], Presence::There),
            ("away when locked", &[(GNOME, true)], &[], Presence::Away),
            ("away when idle though unlocked", &[(LOGIND, false)], &[(MONITOR, true)], Presence::Away),
            ("away when locked though not idle", &[(LOGIND, true)], &[(MONITOR, false)], Presence::Away),
            ("away when one of two screen savers is active", &[(GNOME, false), (MATE, true)], &[], Presence::Away),
            ("away when one of two says idle", &[], &[(LOGIND, false), (MONITOR, true)], Presence::Away),
            (
                "there when every source says so",
                &[(GNOME, false), (MATE, false), (LOGIND, false)],
                &[(LOGIND, false), (MONITOR, false)],
                Presence::There,
            ),
        ];
        for (row, locked, idle, expected) in table {
            let signs = Signs { locked: locked.iter().copied().collect(), idle: idle.iter().copied().collect() };
            assert_eq!(presence(&signs), *expected, "{row}");
        }
    }
}
