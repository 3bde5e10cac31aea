//! What comes next and what is under way, in the words of the views.
//!
//! The invariant: it says what `next` plans, and plans nothing itself. What this is not: complete; thresholds and errands
//! are no step of the token's.

use crate::account::Account;
use crate::event::Presence;
use crate::health::health;
use crate::next::{self, What};
use crate::useful::ends_by_cutoff;
use crate::view::{NextStep, NextView, WorkKind, WorkView};
use crate::work::{Phase, Task, Work};
use crate::{ladder, market};
use daypass_domain::{Moment, Policy};

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
            Some(ladder::reminder(account, policy, &day))
        }
        false => next::row_begins(account, policy, now).map(|at| ladder::asked_from(account, policy, at)),
    };
    Some(NextView { step: NextStep::AskPerson, at })
}

pub(super) fn next_view(account: &Account, general: &Policy, presence: Presence, now: Moment) -> NextView {
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

pub(super) fn work_view(work: &Work, failures: u32, policy: &Policy) -> Option<WorkView> {
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
