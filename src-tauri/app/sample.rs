//! Made-up accounts for tests and rehearsals. No real client id, user or token is in here.

use crate::backend::Moment;
use crate::backend::view::*;
use chrono::{DateTime, Duration, Utc};

/// A moment as RFC 3339.
pub(crate) fn moment(text: &str) -> Moment {
    text.parse::<DateTime<Utc>>().expect("an RFC 3339 time")
}

/// A valid account whose label is its id with a capital.
pub(crate) fn account(id: &str, now: Moment) -> AccountView {
    let label = id[..1].to_uppercase() + &id[1..];
    AccountView {
        id: id.into(),
        broker: id.into(),
        broker_name: label.clone(),
        label,
        practice: true,
        user: Some("AB1234".into()),
        standing: Standing::Valid,
        level: Level::Green,
        verified: true,
        valid: true,
        generation: 7,
        issued_at: Some(now - Duration::hours(3)),
        expiry_time: Some(now + Duration::hours(16)),
        held_until: Some(now + Duration::hours(16)),
        ended_at: None,
        needs_refresh: false,
        new_end: None,
        useful: false,
        renews: false,
        message: "Token valid, expires in 16.0 hours".into(),
        last_probe: Some(ProbeView { at: now - Duration::minutes(4), outcome: ProbeOutcome::Valid, problem: None }),
        silent_since: None,
        next: NextView { step: NextStep::Probe, at: Some(now + Duration::minutes(26)) },
        work: None,
        trouble: None,
        saved: SavedView { state: SavedState::Saved, at: Some(now - Duration::hours(3)), backups: 5, problem: None },
        failures: 0,
        manual: false,
        paused: None,
        missing: vec![],
        redirect_uri: "http://localhost:5001/callback".into(),
        readiness: None,
        check: None,
        calendar: CalendarView { state: CalendarState::BuiltIn, since: None, exchanges: vec![], problem: None },
        day: day(now),
    }
}

/// Everything, with the first account as the worst.
pub(crate) fn snapshot(now: Moment, accounts: Vec<AccountView>) -> Snapshot {
    Snapshot {
        now,
        worst: accounts.first().map(|account| account.id.clone()),
        accounts,
        vault: VaultView { kind: VaultKind::Keyring, problem: None },
        notes: vec![],
        clock_off_seconds: 0,
        version: "0.1.0".into(),
    }
}

/// Work that began a second ago.
pub(crate) fn work(kind: WorkKind, now: Moment) -> WorkView {
    WorkView {
        kind,
        since: now - Duration::seconds(1),
        until: Some(now + Duration::minutes(5)),
        sign_in_url: None,
        attempt: 1,
        of: 3,
    }
}

fn day(now: Moment) -> DayView {
    let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc() - Duration::minutes(330);
    DayView {
        starts: midnight,
        seconds: 86_400.0,
        zone: "Asia/Kolkata".into(),
        zone_word: "IST".into(),
        spans: vec![
            SpanView { from: 0.0, to: 3.5, kind: SpanKind::Spent },
            SpanView { from: 8.5, to: 11.7, kind: SpanKind::Spent },
            SpanView { from: 11.7, to: 24.0, kind: SpanKind::Left },
        ],
        goes_on: true,
        cut: Some(3.5),
        ready: Some(8.75),
        open: Some(9.25),
        close: Some(15.5),
        trades: true,
        why: None,
    }
}
