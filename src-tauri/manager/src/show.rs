//! From facts to what everybody may see.

mod coming;
mod day;

use crate::account::{Account, Load, Said};
use crate::event::Presence;
use crate::hand_out::{Lasting, Outlook, hand_out};
use crate::health::{Health, health, held_until};
use crate::next::lead_begins;
use crate::readiness::readiness;
use crate::refused::Refused;
use crate::state::State;
use crate::useful::{new_end, useful};
use crate::view::*;
use crate::words;
use coming::{next_view, work_view};
use day::day_view;
use daypass_domain::calendar::Freshness;
use daypass_domain::ledger::ReadyState;
use daypass_domain::{AccountId, Moment, Policy, Renewal};

/// Everything at one moment.
pub fn snapshot(state: &State, general: &Policy, now: Moment) -> Snapshot {
    // Of ten thousand, a list that grows would keep room for six thousand more.
    let mut accounts = Vec::with_capacity(state.order().len());
    accounts.extend(state.accounts().map(|account| view(account, general, state.presence, now)));
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

/// One account at one moment: what is seen of very many need not be made for one.
pub(crate) fn one(state: &State, id: &AccountId, general: &Policy, now: Moment) -> Option<AccountView> {
    Some(view(state.account(id)?, general, state.presence, now))
}

/// The token, and what the rest of the day looks like for it.
pub(crate) fn outlook(account: &Account, general: &Policy, now: Moment, lasting: Lasting) -> Result<Outlook, Refused> {
    let out = hand_out(account, now, lasting)?;
    let level = health(account, general, now).level;
    Ok(Outlook { out, level, readiness: readiness(account, general, now).map(readiness_view) })
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
        bots: account.bots.views(account.generation),
        outlets: account.outlets.clone(),
        saved: saved_view(account),
        failures: facts.campaign.failures,
        manual: facts.campaign.manual,
        paused: facts.paused.map(|pause| PauseView { until: pause.until }),
        missing: setup.missing.iter().map(ToString::to_string).collect(),
        redirect_uri: setup.account.redirect_uri.to_string(),
        readiness: readiness(account, general, now).map(readiness_view),
        sign_in_note: words::sign_in_note(account, now),
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
