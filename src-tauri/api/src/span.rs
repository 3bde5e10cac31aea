//! Spans of time in addresses: `90`, `90s`, `2h`, `1h 30m`.
//!
//! A bare number is seconds. What this is not: for people's eyes; they get sentences from the manager.

use crate::problem::bad_input;
use chrono::Duration;
use daypass_manager::Refused;

/// No span in an address is longer; it keeps sums with moments inside the calendar.
const LONGEST: Duration = Duration::days(3_660);

/// Reads a span; `None` if it is none, negative or longer than ten years.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let span = match text.parse::<u32>() {
        Ok(seconds) => Duration::seconds(i64::from(seconds)),
        Err(_) => Duration::from_std(humantime::parse_duration(text).ok()?).ok()?,
    };
    (span <= LONGEST).then_some(span)
}

/// What a caller has asked for.
pub(crate) fn asked(text: &str) -> Result<Duration, Refused> {
    let todo = "Write seconds, or a span such as 2h or 90s.";
    parse(text).ok_or_else(|| bad_input("That is no span of time.", todo))
}

/// Writes it so that [`parse`] reads the same; a negative one becomes zero.
pub(crate) fn write(span: Duration) -> String {
    format!("{}ms", span.num_milliseconds().max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_and_programs_write_them() {
        for (text, seconds) in [
            ("0", Some(0)),
            ("90", Some(90)),
            ("90s", Some(90)),
            (" 2h ", Some(7_200)),
            ("1h 30m", Some(5_400)),
            ("1500ms", Some(1)),
            ("", None),
            ("-5", None),
            ("soon", None),
            ("99999999999999999999", None),
            ("20years", None),
        ] {
            assert_eq!(parse(text).map(|span| span.num_seconds()), seconds, "{text:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for span in [Duration::zero(), Duration::milliseconds(1), Duration::hours(49)] {
            assert_eq!(parse(&write(span)), Some(span));
        }
        assert_eq!(parse(&write(Duration::seconds(-9))), Some(Duration::zero()));
    }
}
