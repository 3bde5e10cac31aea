//! Sleep, networks and clocks: what follows when the computer has been away, or when it has the wrong time.
//!
//! The invariant: nothing here costs or lengthens a token; moments are looked at again, and pauses reach no further than
//! from now. What this is not: the noticing; whoever waits outside does that.

use super::{Scene, Turn, each, signing_in};
use crate::account::{Account, Campaign, Load};
use crate::event::Presence;
use crate::ladder;
use crate::state::State;
use crate::work::{Phase, SignIn, Task};
use chrono::Duration;
use daypass_domain::Moment;

/// Whoever opens the lid wants to see something else first: for so long what is due is told, and no tab opens by itself.
const SETTLING: Duration = Duration::minutes(2);

pub(super) fn presence(state: &State, now: Moment) -> Presence {
    let settling = state.woke.is_some_and(|woke| (Duration::zero()..SETTLING).contains(&(now - woke)));
    if settling && state.presence == Presence::There { Presence::Unknown } else { state.presence }
}

/// Several sources may tell of one waking: what comes so soon after the first is the same one.
const ONE_WAKING: Duration = Duration::seconds(45);

/// Without a word that there is a network, one is waited for so long and no longer.
const NETWORK_COMES: Duration = Duration::seconds(30);

/// Everything may have changed.
pub(super) fn wake(state: &mut State, scene: &mut Scene<'_>) {
    let now = scene.now;
    if state.woke.is_some_and(|woke| (Duration::zero()..ONE_WAKING).contains(&(now - woke))) {
        return each(state, scene, |_, _| {});
    }
    state.woke = Some(now);
    scene.presence = presence(state, now);
    // Whoever tells of networks tells again after each waking; what was true before the sleep is not.
    let hold = state.network.map(|_| now + NETWORK_COMES);
    each(state, scene, |account, turn| {
        account.hold = hold;
        woke(account, turn);
    });
}

pub(super) fn network(state: &mut State, scene: &mut Scene<'_>, there: bool) {
    state.network = Some(there);
    if !there {
        return;
    }
    each(state, scene, |account, _| {
        account.hold = None;
        // The silence may have been this computer's own.
        if account.proof.misses > 0 {
            account.proof.at_once = true;
        }
    });
}

pub(super) fn woke(account: &mut Account, turn: &mut Turn<'_>) {
    account.proof.at_once = account.grant.is_some();
    // An answer may have arrived during the sleep: it gets the time to be read.
    if let Some(work) = account.work.as_mut().filter(|work| work.in_flight()) {
        work.until = work.until.max(turn.now + signing_in::FLIGHT_LIMIT);
    }
    let renews = account.can_renew(turn.now);
    let campaign = &mut account.facts.campaign;
    // An outage may be what the renewals failed on: the way is free again. A person who did not come is no outage.
    if campaign.manual && renews && !campaign.blocked {
        *campaign = Campaign::default();
    }
    set_back(account, turn);
}

/// The time was corrected between two turns: whatever is under way keeps the time that it had left.
pub(super) fn corrected(state: &mut State, scene: &mut Scene<'_>, behind: Option<Duration>, shift: Duration) {
    state.clock_off = behind;
    state.woke = state.woke.map(|woke| woke + shift);
    each(state, scene, |account, _| move_on(account, shift));
}

fn move_on(account: &mut Account, shift: Duration) {
    let on = |moment: &mut Moment| *moment += shift;
    let if_any = |moment: &mut Option<Moment>| *moment = moment.map(|at| at + shift);
    let campaign = &mut account.facts.campaign;
    [&mut campaign.began, &mut campaign.last_failure, &mut campaign.not_before, &mut campaign.asked_until]
        .into_iter()
        .for_each(if_any);
    let (proof, almanac) = (&mut account.proof, &mut account.almanac);
    [&mut proof.not_before, &mut proof.silent_since, &mut almanac.tried, &mut account.hold]
        .into_iter()
        .for_each(if_any);
    if_any(&mut account.facts.ladder.snoozed_until);
    proof.last.iter_mut().for_each(|(at, _)| on(at));
    almanac.asked.iter_mut().for_each(|flight| on(&mut flight.until));
    account.looking.iter_mut().for_each(|looking| on(&mut looking.flight.until));
    account.saved.pending.iter_mut().for_each(|flight| on(&mut flight.until));
    account.saved.failed.iter_mut().for_each(|(_, at, _)| on(at));
    match &mut account.load {
        Load::Pending(flight, _) => on(&mut flight.until),
        Load::Failed(_, at, _) => on(at),
        Load::Done => {}
    }
    let Some(work) = &mut account.work else { return };
    on(&mut work.since);
    on(&mut work.until);
    if let Task::SignIn(SignIn { phase: Phase::Proving(proving), .. }) = &mut work.task {
        if_any(&mut proving.again);
    }
}

/// The clock may have been set back: no pause reaches further than from now, and nothing has failed later than now.
fn set_back(account: &mut Account, turn: &Turn<'_>) {
    let now = turn.now;
    let policy = account.setup.policy.as_ref().unwrap_or(turn.policy);
    let within = |moment: &mut Option<Moment>, span| *moment = moment.map(|at| at.min(now + span));
    let campaign = &mut account.facts.campaign;
    within(&mut campaign.last_failure, Duration::zero());
    within(&mut campaign.not_before, policy.check_every);
    within(&mut campaign.asked_until, policy.sign_in_wait);
    within(&mut account.proof.not_before, policy.check_every);
    within(&mut account.facts.ladder.snoozed_until, ladder::SNOOZE);
    within(&mut account.hold, NETWORK_COMES);
    within(&mut account.almanac.tried, Duration::zero());
    if let Some(work) = &mut account.work {
        work.until = work.until.min(now + policy.sign_in_wait.max(signing_in::FLIGHT_LIMIT));
    }
    if let Some((_, at, _)) = &mut account.saved.failed {
        *at = now.min(*at);
    }
    if let Load::Failed(_, at, _) = &mut account.load {
        *at = now.min(*at);
    }
}
