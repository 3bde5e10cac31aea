//! From facts to what everybody may see.

use crate::account::{Account, Cause, Load, Said};
use crate::event::Presence;
use crate::health::{Health, health, held_until};
use crate::market::{self, day_clock};
use crate::next::{self, What, lead_begins};
use crate::readiness::readiness;
use crate::state::State;
use crate::useful::{cutoff, ends_by_cutoff, new_end, useful};
use crate::view::*;
use crate::work::{Phase, Task, Work};
use crate::{ladder, words};
use daypass_domain::calendar::Freshness;
use daypass_domain::ledger::ReadyState;
use daypass_domain::{Moment, Policy, Renewal};

/// Everything at one moment.
pub fn snapshot(state: &State, general: &Policy, now: Moment) -> Snapshot {
    let accounts: Vec<_> = state.accounts().map(|account| view(account, general, state.presence, now)).collect();
    // Ties go to the nearest end; an account without one has none near.
    let urgency = |view: &&AccountView| (view.standing, view.held_until.is_none(), view.held_until);
    let worst = accounts.iter().min_by_key(urgency).map(|view| view.id.clone());
    Snapshot {
        now,
        accounts,
        worst,
        vault: state.vault.clone(),
        notes: state.notes.clone(),
        clock_off_seconds: state.clock_off.map_or(0, |off| off.num_seconds()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn view(account: &Account, general: &Policy, presence: Presence, now: Moment) -> AccountView {
    let policy = account.policy(general);
    let Health { level, standing, verified } = health(account, general, now);
    let (setup, facts, profile) = (&account.setup, &account.facts, account.setup.profile);
    let valid = account.valid_grant(now);
    let useful = useful(account, now);
    AccountView {
        id: setup.account.id.to_string(),
        label: setup.account.label.clone(),
        broker: profile.id.to_owned(),
        broker_name: profile.name.to_owned(),
        practice: setup.account.practice,
        user: user(account),
        standing,
        level,
        verified,
        valid: valid.is_some(),
        generation: account.generation.0,
        issued_at: account.grant.as_ref().map(|grant| grant.issued_at),
        expiry_time: account.grant.as_ref().and_then(|grant| grant.access_ends),
        held_until: held_until(account, now),
        ended_at: ended_at(account, now),
        needs_refresh: useful && in_lead(account, policy, now),
        new_end: new_end(account, now),
        useful,
        renews: setup.renewal != Renewal::None && account.can_renew(now),
        message: words::message(account, verified, now),
        last_probe: account.proof.last.as_ref().map(probe_view),
        silent_since: account.proof.silent_since.filter(|_| account.proof.misses >= policy.misses),
        next: next_view(account, general, presence, now),
        work: account.work.as_ref().and_then(|work| work_view(work, facts.campaign.failures, policy)),
        trouble: account.trouble.clone().or_else(|| load_problem(account)),
        saved: saved_view(account),
        failures: facts.campaign.failures,
        manual: facts.campaign.manual,
        paused: facts.paused.map(|pause| PauseView { until: pause.until }),
        missing: setup.missing.iter().map(ToString::to_string).collect(),
        redirect_uri: setup.account.redirect_uri.to_string(),
        readiness: readiness(account, general, now).map(readiness_view),
        check: account.check.as_ref().map(|check| CheckView { at: check.at, findings: check.findings.clone() }),
        calendar: calendar_view(account, now),
        day: day_view(account, policy, verified, now),
    }
}

fn user(account: &Account) -> Option<String> {
    let signed_in = account.grant.as_ref().and_then(|grant| grant.user.as_ref());
    signed_in.or_else(|| account.expected_user()).map(|user| user.0.clone())
}

fn ended_at(account: &Account, now: Moment) -> Option<Moment> {
    let refused = account.facts.refused.as_ref().map(|refusal| refusal.at);
    refused.or_else(|| account.grant.as_ref().and_then(|grant| grant.access_ends).filter(|end| *end <= now))
}

fn in_lead(account: &Account, policy: &Policy, now: Moment) -> bool {
    let Some(grant) = &account.grant else { return false };
    match grant.access_ends {
        _ if account.valid_grant(now).is_none() => true,
        Some(end) => now >= lead_begins(grant.issued_at, end, policy.lead),
        None => false,
    }
}

fn load_problem(account: &Account) -> Option<daypass_domain::Problem> {
    match &account.load {
        Load::Failed(_, _, problem) => Some(problem.clone()),
        _ => None,
    }
}

fn probe_view((at, said): &(Moment, Said)) -> ProbeView {
    let (outcome, problem) = match said {
        Said::Yes => (ProbeOutcome::Valid, None),
        Said::No(problem) => (ProbeOutcome::Invalid, Some(problem.clone())),
        Said::Nothing(problem) => (ProbeOutcome::Unknown, Some(problem.clone())),
    };
    ProbeView { at: *at, outcome, problem }
}

fn readiness_view(stands: crate::readiness::Readiness) -> ReadinessView {
    ReadinessView {
        state: match stands.state {
            ReadyState::Ready => Ready::Ready,
            ReadyState::AtRisk => Ready::AtRisk,
            ReadyState::NotReady => Ready::NotReady,
        },
        why: stands.why,
        opens: stands.opens,
        closes: stands.closes,
        ready_by: stands.ready_by,
        sign_in_from: stands.sign_in_from,
    }
}

fn calendar_view(account: &Account, now: Moment) -> CalendarView {
    let almanac = &account.almanac;
    let (state, since) = match almanac.calendar.freshness(now) {
        _ if account.setup.account.day.is_some() => (CalendarState::Fresh, None),
        Freshness::Fresh => (CalendarState::Fresh, almanac.calendar.fetched_at()),
        Freshness::Stale { since } => (CalendarState::Stale, Some(since)),
        Freshness::BuiltIn => (CalendarState::BuiltIn, None),
    };
    CalendarView {
        state,
        since,
        exchanges: almanac.exchanges.clone(),
        problem: almanac.failed.as_ref().map(|(_, problem)| problem.clone()),
    }
}

/// The next step that concerns a person, where nothing but checks is to come before it.
fn persons_next(account: &Account, policy: &Policy, now: Moment) -> Option<NextView> {
    let grant = account.valid_grant(now)?;
    if account.can_renew(now) {
        let begins = next::row_begins(account, policy, now)?;
        return Some(NextView { step: NextStep::Renew, at: Some(begins) });
    }
    let end = grant.access_ends?;
    let at = match ends_by_cutoff(account) {
        // After the cut-off, on the next day on which anything opens.
        true => {
            let day = market::day_of(account, end)
                .filter(|day| end < day.opens)
                .or_else(|| market::day_after(account, end))?;
            let rungs = ladder::rungs(account, policy, &day);
            rungs.iter().find(|rung| rung.cause == Cause::Reminder).map(|rung| rung.at)
        }
        false => next::row_begins(account, policy, now),
    };
    Some(NextView { step: NextStep::AskPerson, at })
}

fn next_view(account: &Account, general: &Policy, presence: Presence, now: Moment) -> NextView {
    if account.setup.missing.is_some() {
        return NextView { step: NextStep::EnterCredentials, at: None };
    }
    let Some(plan) = next::deed(account, general, presence, now) else {
        let step = if account.facts.signed_out || account.facts.campaign.manual {
            NextStep::AskPerson
        } else {
            NextStep::Nothing
        };
        return NextView { step, at: None };
    };
    let first_ask = account.facts.campaign.failures == 0;
    let policy = account.policy(general);
    let checked = matches!(plan.what, What::Probe) && health(account, general, now).verified;
    if checked
        && account.facts.paused.is_none()
        && let Some(persons) = persons_next(account, policy, now)
    {
        return persons;
    }
    let step = match plan.what {
        What::GiveUp if account.work.as_ref().is_some_and(Work::is_probe) => NextStep::Probe,
        What::GiveUp => NextStep::GiveUp,
        What::AttemptOver => NextStep::Remind,
        What::Resume => NextStep::Resume,
        What::LoadAgain | What::SaveAgain | What::LoadLost | What::SaveLost => NextStep::SaveAgain,
        What::ProveAgain | What::Probe => NextStep::Probe,
        // Errands are no step of the token's.
        What::Look | What::Mark | What::LookAround | What::LookLost | What::Calendar | What::CalendarLost => {
            NextStep::Nothing
        }
        What::Renew => NextStep::Renew,
        What::AskPerson if first_ask => NextStep::AskPerson,
        What::AskPerson => NextStep::Remind,
        What::Ladder if account.facts.ladder.told.is_empty() => NextStep::AskPerson,
        What::Ladder => NextStep::Remind,
    };
    NextView { step, at: Some(plan.at) }
}

fn work_view(work: &Work, failures: u32, policy: &Policy) -> Option<WorkView> {
    let (kind, url) = match &work.task {
        Task::Probe => return None,
        Task::SignOut => (WorkKind::SigningOut, None),
        Task::Renew(_) => (WorkKind::Renewing, None),
        Task::SignIn(sign_in) => {
            let kind = match sign_in.phase {
                Phase::Starting => WorkKind::Starting,
                Phase::Waiting => WorkKind::WaitingForBrowser,
                Phase::Exchanging => WorkKind::Exchanging,
                Phase::Proving(_) | Phase::Saving { .. } => WorkKind::Proving,
            };
            (kind, sign_in.url.clone())
        }
    };
    Some(WorkView {
        kind,
        since: work.since,
        until: Some(work.until),
        sign_in_url: url,
        attempt: (failures + 1).min(policy.attempts),
        of: policy.attempts,
    })
}

fn saved_view(account: &Account) -> SavedView {
    let saved = &account.saved;
    let problem = saved.failed.as_ref().map(|(_, _, problem)| problem.clone());
    let state = match (&account.grant, saved.pending, &problem) {
        (None, _, _) => SavedState::Nothing,
        (_, _, Some(_)) => SavedState::Failed,
        (_, Some(_), None) => SavedState::Pending,
        (_, None, None) => SavedState::Saved,
    };
    SavedView { state, at: saved.at, backups: saved.backups, problem }
}

fn day_view(account: &Account, policy: &Policy, verified: bool, now: Moment) -> DayView {
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
    Some(held_until(account, now).unwrap_or(now + chrono::Duration::days(2)))
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
