//! Short words for moments and spans.

use chrono::Duration;
use daypass_domain::Moment;

/// A moment in RFC 3339, such as `2026-11-17T08:41:00+05:30`.
///
/// # Panics
/// If the text is no moment.
pub fn at(text: &str) -> Moment {
    match text.parse::<chrono::DateTime<chrono::FixedOffset>>() {
        Ok(moment) => moment.to_utc(),
        Err(error) => panic!("{text} is no moment: {error}"),
    }
}

/// A moment in India: `17 08:41` or `17 08:41:30` is a Tuesday morning of November 2026 (16 is a Monday).
///
/// # Panics
/// If the text is no moment.
pub fn ist(text: &str) -> Moment {
    let (day, time) = text.split_once(' ').expect("day and time");
    let time = if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
    at(&format!("2026-11-{day}T{time}+05:30"))
}

/// That many hours.
pub fn hours(hours: i64) -> Duration {
    Duration::hours(hours)
}

/// That many minutes.
pub fn minutes(minutes: i64) -> Duration {
    Duration::minutes(minutes)
}

/// That many seconds.
pub fn seconds(seconds: i64) -> Duration {
    Duration::seconds(seconds)
}
