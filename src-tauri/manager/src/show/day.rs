//! The day bar of an account.
//!
//! The invariant: its spans follow each other and stay between 0 and 24. What this is not: the token's own truth; that is
//! in the view beside it.

use super::ended_at;
use crate::account::Account;
use crate::health::held_until;
use crate::market::{self, day_clock};
use crate::useful::cutoff;
use crate::view::{DayView, SpanKind, SpanView};
use chrono::Duration;
use daypass_domain::{Moment, Policy};

pub(super) fn day_view(account: &Account, policy: &Policy, verified: bool, now: Moment) -> DayView {
    let clock = day_clock(account);
    let calendar = &account.almanac.calendar;
    let session = market::day_of(account, now);
    let (starts, ends) = (clock.midnight(now), clock.next_midnight(now));
    let length = (ends - starts).num_milliseconds().max(1) as f64;
    let hours = |at: Moment| ((at - starts).num_milliseconds() as f64 / length * 24.0).clamp(0.0, 24.0);
    DayView {
        starts,
        seconds: length / 1000.0,
        zone: calendar.zone().name().to_owned(),
        zone_word: calendar.zone_word().to_owned(),
        spans: spans(account, verified, now, &hours),
        goes_on: lane_end(account, now).is_some_and(|end| end > ends),
        cut: cutoff(account).map(|cutoff| hours(clock.at(now, cutoff.at))),
        ready: session.as_ref().map(|day| hours(market::ready_by(account, day, policy.ready_before))),
        open: session.as_ref().map(|day| hours(day.opens)),
        close: session.as_ref().map(|day| hours(day.closes)),
        trades: session.is_some(),
        why: market::why(account, now),
    }
}

/// Until when the lane is drawn: what is held without a person.
fn lane_end(account: &Account, now: Moment) -> Option<Moment> {
    account.valid_grant(now)?;
    // Without a known end the lane goes on past midnight.
    Some(held_until(account, now).unwrap_or(now + Duration::days(2)))
}

fn spans(account: &Account, verified: bool, now: Moment, hours: &dyn Fn(Moment) -> f64) -> Vec<SpanView> {
    let mut spans = Vec::new();
    let mut push = |from: f64, to: f64, kind| {
        if to > from {
            spans.push(SpanView { from, to, kind });
        }
    };
    let Some(grant) = &account.grant else {
        push(0.0, 24.0, SpanKind::None);
        return spans;
    };
    let began = hours(grant.issued_at);
    push(0.0, began, SpanKind::None);
    match lane_end(account, now) {
        Some(end) => {
            push(began, hours(now), SpanKind::Spent);
            let proven = grant.access_ends.map_or(end, |access| access.min(end));
            push(hours(now), hours(proven), if verified { SpanKind::Left } else { SpanKind::Hope });
            push(hours(proven), hours(end), SpanKind::Hope);
            push(hours(end), 24.0, SpanKind::None);
        }
        None => {
            let ended = hours(ended_at(account, now).unwrap_or(now));
            push(began, ended, SpanKind::Spent);
            push(ended, 24.0, SpanKind::None);
        }
    }
    spans
}
