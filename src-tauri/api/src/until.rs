//! Points in time in addresses: `15:30`, `15:30:00` (the next time that the exchange's clock shows it), or
//! `2026-11-27T15:30:00+05:30`.
//!
//! The invariant: what [`write`] writes, [`asked`] reads as the same. What this is not: a choice of zone; the manager
//! knows where the account's exchange is.

use crate::problem::bad_input;
use chrono::{DateTime, NaiveTime, SecondsFormat, Utc};
use daypass_manager::{Refused, Until};

/// What a caller has asked for.
pub(crate) fn asked(text: &str) -> Result<Until, Refused> {
    let todo = "Write 15:30 (on the exchange's clock), or a moment such as 2026-11-27T15:30:00+05:30.";
    parse(text).ok_or_else(|| bad_input("That is no point in time.", todo))
}

/// Reads one; `None` if it is none.
pub fn parse(text: &str) -> Option<Until> {
    let text = text.trim();
    let clock = ["%H:%M", "%H:%M:%S"].iter().find_map(|shape| NaiveTime::parse_from_str(text, shape).ok());
    if let Some(clock) = clock {
        return Some(Until::Clock(clock));
    }
    // A plus that nobody has escaped arrives as a space.
    let moment = DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok()?;
    Some(Until::At(moment.with_timezone(&Utc)))
}

/// For an address.
pub(crate) fn write(until: Until) -> String {
    match until {
        Until::At(at) => at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        Until::Clock(at) => at.format("%H:%M:%S").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_in_time_are_read_as_people_and_programs_write_them() {
        let clock = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).map(Until::Clock);
        let ten = "2026-11-27T10:00:00Z".parse().ok().map(Until::At);
        for (text, expected) in [
            ("15:30", clock(15, 30)),
            (" 15:30:00 ", clock(15, 30)),
            ("00:00", clock(0, 0)),
            ("2026-11-27T15:30:00+05:30", ten),
            ("2026-11-27T15:30:00 05:30", ten),
            ("2026-11-27T10:00:00Z", ten),
            ("24:00", None),
            ("3 pm", None),
            ("2026-11-27", None),
            ("", None),
        ] {
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["15:30:07", "2026-11-27T10:00:00.125Z"] {
            let read = parse(text).expect("a point in time");
            assert_eq!(parse(&write(read)), Some(read));
        }
    }
}
