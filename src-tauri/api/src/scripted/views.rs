//! Made-up accounts. No real client id, user or token is in here.

use chrono::Duration;
use daypass_domain::Moment;
use daypass_manager::view::*;

/// A valid account at India's exchange, signed in three hours ago and good for 16 more, whose label is its id with a
/// capital.
pub fn account(id: &str, now: Moment) -> AccountView {
    let label: String = id.chars().take(1).flat_map(char::to_uppercase).chain(id.chars().skip(1)).collect();
    let (issued, end) = (Some(now - Duration::hours(3)), Some(now + Duration::hours(16)));
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
        issued_at: issued,
        expiry_time: end,
        held_until: end,
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
        saved: SavedView { state: SavedState::Saved, at: issued, backups: 5, problem: None },
        failures: 0,
        manual: false,
        paused: None,
        missing: vec![],
        redirect_uri: "http://localhost:5001/callback".into(),
        readiness: Some(ReadinessView {
            state: Ready::Ready,
            why: None,
            opens: now + Duration::hours(1),
            closes: now + Duration::hours(7),
            ready_by: now + Duration::minutes(30),
            sign_in_from: None,
        }),
        sign_in_note: None,
        check: None,
        bots: vec![],
        outlets: vec![],
        calendar: CalendarView {
            state: CalendarState::BuiltIn,
            since: None,
            exchanges: vec!["NSE".into()],
            problem: None,
        },
        day: day(now),
    }
}

/// Everything, with the first account as the worst.
pub fn snapshot(now: Moment, accounts: Vec<AccountView>) -> Snapshot {
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
pub fn work(kind: WorkKind, now: Moment) -> WorkView {
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
    DayView {
        starts: now - Duration::hours(12),
        seconds: 86_400.0,
        zone: "Asia/Kolkata".into(),
        zone_word: "IST".into(),
        spans: vec![SpanView { from: 9.0, to: 12.0, kind: SpanKind::Spent }],
        goes_on: true,
        cut: Some(3.5),
        ready: Some(8.75),
        open: Some(9.25),
        close: Some(15.5),
        trades: true,
        why: None,
    }
}
