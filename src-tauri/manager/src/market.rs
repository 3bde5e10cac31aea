//! The market days of an account: from its calendar, or, on a practice day of some minutes, every such day.
//!
//! The invariant: nothing here knows an hour of its own. A real day's hours are the calendar's; a practice day has the
//! profile's, scaled. What this is not: a decision about waiting (`ladder` and `next` make those).

use crate::account::Account;
use crate::clock::DayClock;
use chrono::{Datelike, Duration};
use daypass_domain::Moment;
use daypass_domain::calendar::TradingDay;

/// How many days ahead a trading day is looked for: as far as a calendar looks for a session.
const HORIZON: u32 = 30;

/// The day that the account's exchange and broker live by.
pub fn day_clock(account: &Account) -> DayClock {
    DayClock { zone: account.almanac.calendar.zone(), day: account.setup.account.day }
}

/// The trading day on the exchange's date of this moment; `None` if nothing that the account trades is open on it.
pub fn day_of(account: &Account, moment: Moment) -> Option<TradingDay> {
    let clock = day_clock(account);
    if clock.day.is_some() {
        let market = &account.setup.profile.market;
        let date = moment.with_timezone(&clock.zone).date_naive();
        let (opens, closes) = (clock.at(moment, market.open), clock.at(moment, market.close));
        return Some(TradingDay { date, opens, closes, known: true, why: None });
    }
    let calendar = &account.almanac.calendar;
    calendar.trading_day(calendar.date(moment), &account.almanac.exchanges)
}

/// Whether anything that the account trades is open on the date of this moment.
pub fn trades(account: &Account, moment: Moment) -> bool {
    day_of(account, moment).is_some()
}

/// The next trading day after the date of this moment.
pub fn day_after(account: &Account, moment: Moment) -> Option<TradingDay> {
    let clock = day_clock(account);
    let mut day = moment;
    for _ in 0..HORIZON {
        day = clock.next_midnight(day);
        if let Some(found) = day_of(account, day) {
            return Some(found);
        }
    }
    None
}

/// The session that matters now: today's until it closes, then the next one.
pub fn at_hand(account: &Account, now: Moment) -> Option<TradingDay> {
    day_of(account, now).filter(|day| now < day.closes).or_else(|| day_after(account, now))
}

/// When the token must be proven for this day.
pub fn ready_by(account: &Account, day: &TradingDay, before_open: Duration) -> Moment {
    day.opens - day_clock(account).span(before_open)
}

/// Why the date of this moment is not like its weekday, if somebody has said.
pub fn why(account: &Account, moment: Moment) -> Option<String> {
    let calendar = &account.almanac.calendar;
    if account.setup.account.day.is_some() {
        return None;
    }
    let day = calendar.day(calendar.date(moment), &account.almanac.exchanges);
    day.why.filter(|_| {
        !matches!(day.date.weekday(), chrono::Weekday::Sat | chrono::Weekday::Sun) || !day.sessions.is_empty()
    })
}
