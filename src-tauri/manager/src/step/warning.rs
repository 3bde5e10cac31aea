//! Telling people: once per cause, one notification per account, and only if something useful can be done.
//!
//! A threshold that is passed in quiet hours, or when nobody can do anything about it, changes the icon and nothing
//! else. What this is not: it does not decide when the market's ladder or an attempt is due (`next` does).

use super::{Turn, signing_in};
use crate::account::{Account, Campaign, Cause};
use crate::event::{Effect, LogLevel, Opening, Presence, Ticket};
use crate::health::{self, Health};
use crate::ladder;
use crate::market::{self, day_clock};
use crate::notice::{Notice, Telling};
use crate::useful::{ends_by_cutoff, useful};
use crate::view::Level;
use crate::words;
use crate::work::Work;
use chrono::Duration;
use daypass_domain::ledger::Happening;
use daypass_domain::{Moment, OpenBrowser, Problem};

/// Thresholds that were passed since the last look.
pub(super) fn warn(account: &mut Account, turn: &mut Turn<'_>) {
    let busy = account.work.as_ref().is_some_and(Work::brings_token);
    if account.grant.is_none() || account.facts.signed_out || account.facts.paused.is_some() || busy {
        return;
    }
    if account.facts.campaign.manual && !account.facts.told.contains(&Cause::Manual) {
        // It came to that during a pause, or in quiet hours.
        manual(account, turn);
        // While that is still to be told, what is left of the token is no news; its end is.
        if account.muffled.is_none() || account.valid_grant(turn.now).is_some() {
            return;
        }
    }
    let Health { level, .. } = health::health(account, turn.policy, turn.now);
    let cause = match (account.valid_grant(turn.now).is_some(), level) {
        (_, Level::Green) => return,
        (true, Level::Orange) => Cause::Orange,
        (true, Level::Red) => Cause::Red,
        // A renewal that is still to come will mend it or tell.
        (false, _) if account.can_renew(turn.now) && !account.facts.campaign.blocked => return,
        (false, _) if account.facts.refused.is_some() => Cause::Refused,
        (false, _) => Cause::Ended,
    };
    if cause == Cause::Refused {
        return tell_refused(account, turn);
    }
    if !tell_once(account, cause) {
        return;
    }
    if cause == Cause::Ended {
        turn.log(account, LogLevel::Warn, "Token has already expired!");
        turn.record(account, Happening::Ended);
    }
    // The night's cut-off is no news; the ladder speaks in the morning.
    let ladder = cause == Cause::Ended && ends_by_cutoff(account);
    let helps = if account.can_renew(turn.now) { new_grant_helps(account, turn) } else { useful(account, turn.now) };
    if !ladder && helps && !is_quiet(account, turn) && market::trades(account, turn.now) {
        let notice = words::threshold(account, cause, turn.now);
        show(account, turn, notice);
    }
}

/// A refusal is told at once, or when people may be told; where the ladder will speak of it that is enough.
fn tell_refused(account: &mut Account, turn: &mut Turn<'_>) {
    let since = account.facts.refused.as_ref().map_or(turn.now, |refusal| refusal.at);
    let silent = silent_until(account, turn, since);
    if silent.is_some() && !ladder::climbs(account, turn.now) {
        account.muffled = silent;
    } else if tell_once(account, Cause::Refused) && silent.is_none() {
        let notice = words::refused(account, turn.now);
        show(account, turn, notice);
    }
}

/// An account that renews by itself: a sign-in begins a new grant, which is of use once the old one is half over.
fn new_grant_helps(account: &Account, turn: &Turn<'_>) -> bool {
    let ends = health::held_until(account, turn.now);
    account.grant.as_ref().zip(ends).is_some_and(|(grant, end)| (end - turn.now) * 2 < end - grant.granted_at)
}

/// The rung of the market's ladder that is due.
pub(super) fn tell_rung(account: &mut Account, turn: &mut Turn<'_>) {
    let Some(rung) = ladder::next_rung(account, turn.policy, turn.presence, turn.now) else { return };
    let today = Some(day_clock(account).midnight(turn.now));
    let facts = &mut account.facts;
    if facts.ladder.day != today {
        facts.ladder = crate::account::Ladder { day: today, ..Default::default() };
        // A new trading day is a new row of attempts; a setting that is wrong is wrong today as well.
        facts.campaign = Campaign { blocked: facts.campaign.blocked, ..Campaign::default() };
    }
    facts.ladder.snoozed_until = None;
    facts.ladder.told.push(rung.cause);
    let policy = account.policy(turn.policy);
    let may_open = policy.open_browser == OpenBrowser::WhenPresent && turn.presence == Presence::There;
    let campaign = &account.facts.campaign;
    let first_try = campaign.failures == 0 && !campaign.blocked;
    if may_open && first_try && rung.cause == Cause::Reminder && !is_quiet(account, turn) {
        return signing_in::start(account, turn, Opening::IfSomebodyIsThere, Ticket::default());
    }
    let before_ready_by = matches!(rung.cause, Cause::Hint | Cause::Reminder);
    if !(before_ready_by && is_quiet(account, turn)) {
        let notice = words::rung(account, turn.policy, rung.cause, turn.now);
        show(account, turn, notice);
    }
}

/// A person is needed, and no browser opens by itself.
pub(super) fn ask(account: &mut Account, turn: &mut Turn<'_>) {
    let Health { level, .. } = health::health(account, turn.policy, turn.now);
    let ended = account.valid_grant(turn.now).is_none();
    let red_below = account.policy(turn.policy).red_below;
    let left = health::held_until(account, turn.now).map(|end| end - turn.now);
    // The lead and the red threshold are the same hour by default: one notification then says both.
    let cause = match left {
        _ if account.facts.refused.is_some() => Cause::Refused,
        _ if ended => Cause::Ended,
        Some(left) if level == Level::Red || left <= red_below => Cause::Red,
        _ => Cause::Orange,
    };
    let news = tell_once(account, cause);
    let waits = account.facts.campaign.asked_until.is_some();
    if is_quiet(account, turn) {
        return;
    }
    if news && cause == Cause::Refused {
        let notice = words::refused(account, turn.now);
        show(account, turn, notice);
    } else if news {
        let notice = words::threshold(account, cause, turn.now);
        show(account, turn, notice);
    } else if waits {
        let notice = words::again(account, account.policy(turn.policy).attempts, turn.now);
        show(account, turn, notice);
    }
}

/// All attempts failed.
pub(super) fn manual(account: &mut Account, turn: &mut Turn<'_>) {
    let since = account.facts.campaign.last_failure.unwrap_or(turn.now);
    account.muffled = silent_until(account, turn, since);
    if account.muffled.is_none() && account.facts.paused.is_none() && tell_once(account, Cause::Manual) {
        // It says why.
        if account.facts.refused.is_some() {
            tell_once(account, Cause::Refused);
        }
        let notice = words::manual(account, turn.now);
        show(account, turn, notice);
    }
}

/// A sign-in is done: says so, and goes away by itself.
pub(super) fn tell_done(account: &mut Account, turn: &mut Turn<'_>) {
    let notice = words::done(account, turn.now);
    show(account, turn, notice);
}

/// A sign-in was begun by itself, but nobody is there: the person is told as if none had been begun.
pub(super) fn tell_instead(account: &mut Account, turn: &mut Turn<'_>) {
    if !ladder::climbs(account, turn.now) {
        account.facts.campaign.asked_until = Some(turn.now + account.policy(turn.policy).sign_in_wait);
        return ask(account, turn);
    }
    if !is_quiet(account, turn) {
        let notice = words::rung(account, turn.policy, Cause::Reminder, turn.now);
        show(account, turn, notice);
    }
}

/// What the evening's look found; the same risk is told once, and again when it has been away.
pub(super) fn tell_evening(account: &mut Account, turn: &mut Turn<'_>, risk: &Problem) {
    if !is_quiet(account, turn) && account.facts.paused.is_none() && tell_once(account, Cause::Evening) {
        let notice = words::evening(account, risk, turn.now);
        show(account, turn, notice);
    }
}

/// What threatened the session is mended: its notification goes, unless a later one has taken its place.
pub(super) fn evening_over(account: &mut Account, turn: &mut Turn<'_>) {
    account.facts.told.retain(|cause| *cause != Cause::Evening);
    if account.shown.as_deref() == Some(Cause::Evening.name()) {
        withdraw(account, turn);
    }
}

/// A sign-in that began by itself has opened no browser.
pub(super) fn tell_no_browser(account: &mut Account, turn: &mut Turn<'_>, problem: &Problem) {
    let notice = words::no_browser(account, problem);
    show(account, turn, notice);
}

/// The cause is gone.
pub(super) fn withdraw(account: &mut Account, turn: &mut Turn<'_>) {
    account.shown = None;
    turn.emit(Effect::Tell(Telling::Withdraw { account: account.setup.account.id.to_string() }));
}

fn show(account: &mut Account, turn: &mut Turn<'_>, notice: Notice) {
    account.shown = Some(notice.kind.clone());
    debug_assert_eq!(notice.account, account.setup.account.id.to_string());
    turn.record(account, Happening::Told { kind: notice.kind.clone().into() });
    turn.emit(Effect::Tell(Telling::Show(notice)));
}

/// Remembers that this was told; false if it was told before. A worse cause includes the milder ones.
fn tell_once(account: &mut Account, cause: Cause) -> bool {
    let told = &mut account.facts.told;
    if told.contains(&cause) {
        return false;
    }
    let milder: &[Cause] = match cause {
        Cause::Red => &[Cause::Orange],
        Cause::Manual => &[Cause::Orange, Cause::Red],
        Cause::Ended | Cause::Refused => &[Cause::Orange, Cause::Red],
        _ => &[],
    };
    for cause in milder.iter().chain([&cause]) {
        if !told.contains(cause) {
            told.push(*cause);
        }
    }
    true
}

/// Whether the owner's quiet hours are now, on this computer's clock.
pub(super) fn is_quiet(account: &Account, turn: &Turn<'_>) -> bool {
    quiet_until(account, turn).is_some()
}

fn quiet_until(account: &Account, turn: &Turn<'_>) -> Option<Moment> {
    let local = turn.now.with_timezone(&turn.local).naive_local();
    let quiet = account.policy(turn.policy).quiet.filter(|quiet| quiet.contains(local.time()))?;
    let days = i64::from(quiet.to <= local.time());
    let end = (local.date() + Duration::days(days)).and_time(quiet.to);
    end.and_local_timezone(turn.local).single().map(|end| end.to_utc())
}

/// Until when even what is bad news since then keeps: in quiet hours, and from a day on which nothing opens on until the
/// next session's reminder. From the ready-by time on a session matters more.
fn silent_until(account: &Account, turn: &Turn<'_>, since: Moment) -> Option<Moment> {
    let policy = account.policy(turn.policy);
    let closed = Some(ladder::asked_from(account, policy, since)).filter(|at| *at > turn.now);
    if closed.is_some() {
        return closed;
    }
    match market::day_of(account, turn.now) {
        Some(day) => {
            let matters = market::ready_by(account, &day, policy.ready_before)..day.closes;
            quiet_until(account, turn).filter(|_| !matters.contains(&turn.now))
        }
        None => Some(ladder::asked_from(account, policy, turn.now)).filter(|at| *at > turn.now),
    }
}
