//! The few words and numbers that tray and tooltip write by themselves.
//!
//! Invariant: every account's standing has a word, so that shape and colour are never alone. What this is not: sentences
//! about causes and remedies; those come from the manager.

use crate::backend::view::{AccountView, Standing, WorkKind};
use crate::backend::{Moment, moment_of};
use chrono::{Duration, NaiveTime, TimeDelta, TimeZone};

/// A length of time for people: `4 d 3 h`, `1 h 48 min`, `42 min`. Rounded down: nobody is promised a minute too much.
pub(crate) fn span(left: Duration) -> String {
    let minutes = left.num_minutes();
    match minutes {
        ..1 => "less than 1 min".into(),
        1..60 => format!("{minutes} min"),
        60..1440 if minutes % 60 == 0 => format!("{} h", minutes / 60),
        60..1440 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ if minutes % 1440 < 60 => format!("{} d", minutes / 1440),
        _ => format!("{} d {} h", minutes / 1440, minutes % 1440 / 60),
    }
}

/// How long until [`span`] would write something else about a time `left` from now, or `left` ago.
pub(crate) fn until_next_text(left: Duration) -> Duration {
    let step: i64 = if left.abs() > Duration::hours(25) { 3_600_000 } else { 60_000 };
    let millis = left.num_milliseconds();
    let wait = if millis >= 0 { millis % step + 1 } else { step - (-millis) % step };
    TimeDelta::milliseconds(wait)
}

/// The one word for where an account stands.
pub(crate) fn word(account: &AccountView) -> &'static str {
    match account.standing {
        Standing::Expired => "Expired",
        Standing::EndedEarly => "Ended early",
        Standing::LastHour => "Last hour",
        Standing::NotVerified => "Not verified",
        Standing::EndsSoon => "Ends soon",
        Standing::Working => working(account),
        Standing::SignedOut if !account.missing.is_empty() => "Not set up",
        Standing::SignedOut => "Signed out",
        Standing::Valid => "Valid",
        Standing::Paused => "Paused",
    }
}

fn working(account: &AccountView) -> &'static str {
    match account.work.as_ref().map(|work| work.kind) {
        Some(WorkKind::Starting | WorkKind::WaitingForBrowser) => "Waiting for your browser",
        Some(WorkKind::Exchanging | WorkKind::Proving) => "Signing in",
        Some(WorkKind::Renewing) | None => "Renewing",
        Some(WorkKind::SigningOut) => "Signing out",
    }
}

/// A moment on this machine's clock: `03:30`, with the day where it is not today: `03:30 tomorrow`, `03:30 on 24 Nov`.
pub(crate) fn moment<Tz: TimeZone>(at: Moment, now: Moment, zone: &Tz) -> String {
    let local = at.with_timezone(zone).naive_local();
    let days = (local.date() - now.with_timezone(zone).naive_local().date()).num_days();
    let time = local.format("%H:%M");
    match days {
        0 => time.to_string(),
        1 => format!("{time} tomorrow"),
        -1 => format!("{time} yesterday"),
        _ => format!("{time} on {}", local.format("%-d %b")),
    }
}

/// How long until [`moment`] would name another day.
pub(crate) fn until_midnight<Tz: TimeZone>(now: Moment, zone: &Tz) -> Duration {
    let today = now.with_timezone(zone).date_naive();
    let tomorrow = today.succ_opt().and_then(|day| moment_of(zone, day.and_time(NaiveTime::MIN)));
    tomorrow.map_or(Duration::hours(24), |begins| begins - now)
}

/// Why quitting is asked about.
pub(crate) fn bots_wait(count: usize) -> String {
    match count {
        1 => "1 bot has no token for today yet".into(),
        _ => format!("{count} bots have no token for today yet"),
    }
}

/// `1 other fine`, `2 others fine`: what the tooltip adds about the accounts that it does not name.
pub(crate) fn others(fine: usize, not_fine: usize) -> String {
    let plural = |count: usize| if count == 1 { "other" } else { "others" };
    match (fine, not_fine) {
        (0, 0) => String::new(),
        (_, 0) => format!(" {fine} {} fine.", plural(fine)),
        (0, _) => format!(" {not_fine} {} not fine.", plural(not_fine)),
        _ => format!(" {fine} {} fine, {not_fine} not.", plural(fine)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, FixedOffset, Utc};

    #[test]
    fn a_length_of_time_is_rounded_down_and_never_shows_seconds() {
        for (seconds, text) in [
            (59, "less than 1 min"),
            (60, "1 min"),
            (42 * 60 + 59, "42 min"),
            (3600, "1 h"),
            (6479, "1 h 47 min"),
            (6480, "1 h 48 min"),
            (86_399, "23 h 59 min"),
            (86_400, "1 d"),
            (4 * 86_400 + 3 * 3600 + 1, "4 d 3 h"),
            (-5, "less than 1 min"),
        ] {
            assert_eq!(span(Duration::seconds(seconds)), text, "{seconds} s");
        }
    }

    #[test]
    fn waiting_for_the_next_text_changes_the_text_and_not_a_second_later() {
        for seconds in [61, 3601, 6480, 86_000, -61, -3599] {
            let left = Duration::seconds(seconds);
            let wait = until_next_text(left);
            assert!(wait <= Duration::minutes(1) + Duration::milliseconds(1), "{seconds}: {wait}");
            assert_ne!(span(left.abs()), span((left - wait).abs()), "{seconds}: the text is a new one after {wait}");
        }
        assert!(until_next_text(Duration::days(4)) <= Duration::milliseconds(3_600_001), "days are told in hours");
    }

    #[test]
    fn a_moment_says_its_day_where_that_is_not_today() {
        let now: Moment = "2026-11-23T18:00:00Z".parse::<DateTime<Utc>>().expect("a time");
        let india = FixedOffset::east_opt(19_800).expect("an offset");
        for (hours, text) in [(0, "23:30"), (4, "03:30 tomorrow"), (-24, "23:30 yesterday"), (48, "23:30 on 25 Nov")] {
            assert_eq!(moment(now + Duration::hours(hours), now, &india), text);
        }
    }

    #[test]
    fn the_next_day_begins_at_the_midnight_of_the_zone() {
        let now: Moment = "2026-11-23T18:00:00Z".parse::<DateTime<Utc>>().expect("a time");
        let india = FixedOffset::east_opt(19_800).expect("an offset");
        assert_eq!(until_midnight(now, &india), Duration::minutes(30));
        assert_eq!(until_midnight(now, &Utc), Duration::hours(6));
    }

    #[test]
    fn the_rest_is_counted_in_one_sentence() {
        assert_eq!(others(0, 0), "");
        assert_eq!(others(1, 0), " 1 other fine.");
        assert_eq!(others(2, 0), " 2 others fine.");
        assert_eq!(others(0, 2), " 2 others not fine.");
        assert_eq!(others(2, 1), " 2 others fine, 1 not.");
    }
}
