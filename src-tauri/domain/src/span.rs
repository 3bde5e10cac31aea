//! Spans of time as people read them; the log, notifications and the terminal share these words.

use chrono::Duration;

/// `1 h 48 min`, `42 min`, `50 s`, `4 d 3 h`. Rounds down; what is over already is `0 s`.
pub fn span(span: Duration) -> String {
    let seconds = span.num_seconds().max(0);
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_like_the_window() {
        for (seconds, text) in [(50, "50 s"), (2520, "42 min"), (6480, "1 h 48 min"), (356_400, "4 d 3 h"), (-5, "0 s")]
        {
            assert_eq!(span(Duration::seconds(seconds)), text);
        }
    }
}
