//! Two headers that tell something on the side: `Date` and `Retry-After`.
//!
//! The invariant: a header that makes no sense says nothing. What this is not: a decision about when to ask again.

use chrono::{DateTime, Duration};
use daypass_domain::Moment;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// A broker that asks for more patience than this is taken to have said "tomorrow".
const LONGEST_PATIENCE: Duration = Duration::days(1);

/// When the server says it is.
pub(super) fn date(headers: &HeaderMap) -> Option<Moment> {
    moment(text(headers, DATE)?)
}

/// How long the server asks to be left alone: seconds, or a date by its own clock (by ours, if it shows none).
pub(super) fn retry_after(headers: &HeaderMap, now: Moment) -> Option<Duration> {
    let text = text(headers, RETRY_AFTER)?.trim();
    let pause = match text.parse::<u32>() {
        Ok(seconds) => Duration::seconds(i64::from(seconds)),
        Err(_) => moment(text)? - date(headers).unwrap_or(now),
    };
    Some(pause.clamp(Duration::zero(), LONGEST_PATIENCE))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn moment(text: &str) -> Option<Moment> {
    httpdate::parse_http_date(text).ok().map(DateTime::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().expect("a header"))).collect()
    }

    #[test]
    fn a_pause_is_read_in_both_spellings_and_nonsense_is_none() {
        let now: Moment = "2026-11-17T08:00:00Z".parse().expect("a moment");
        let dated = (DATE, "Tue, 17 Nov 2026 08:10:00 GMT");
        for (sentence, given, pause) in [
            ("nothing said", vec![], None),
            ("seconds", vec![(RETRY_AFTER, "120")], Some(Duration::seconds(120))),
            ("a date, by our clock", vec![(RETRY_AFTER, "Tue, 17 Nov 2026 08:01:00 GMT")], Some(Duration::minutes(1))),
            (
                "a date, by the server's clock where it shows one",
                vec![dated.clone(), (RETRY_AFTER, "Tue, 17 Nov 2026 08:12:00 GMT")],
                Some(Duration::minutes(2)),
            ),
            ("a date that is over", vec![(RETRY_AFTER, "Tue, 17 Nov 2026 07:00:00 GMT")], Some(Duration::zero())),
            ("a year is cut", vec![(RETRY_AFTER, "31536000")], Some(Duration::days(1))),
            ("below zero", vec![(RETRY_AFTER, "-5")], None),
            ("words", vec![(RETRY_AFTER, "later")], None),
        ] {
            assert_eq!(retry_after(&headers(&given), now), pause, "{sentence}");
        }
    }

    #[test]
    fn the_servers_clock_is_read_or_is_silent() {
        let at = date(&headers(&[(DATE, "Tue, 17 Nov 2026 08:10:00 GMT")]));
        assert_eq!(at, "2026-11-17T08:10:00Z".parse().ok());
        assert_eq!(date(&headers(&[(DATE, "yesterday")])), None);
        assert_eq!(date(&headers(&[])), None);
    }
}
