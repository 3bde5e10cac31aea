//! Disk and bots: read at start, save before deliver, and try again when the vault fails.
//!
//! Memory has a new token at once. A vault that fails costs nothing but a loud state and a retry.

use super::{Turn, renewing, signing_in};
use crate::account::{Account, Load};
use crate::event::{Effect, LogLevel, Stored, Written};
use crate::words;
use daypass_domain::Problem;

/// A new account (or one whose settings changed): read what is stored, unless that was done.
pub(super) fn load_first(account: &mut Account, turn: &mut Turn<'_>) {
    if account.load == Load::Done && account.grant.is_none() && account.generation.0 == 0 {
        load(account, turn);
    }
}

pub(super) fn load(account: &mut Account, turn: &mut Turn<'_>) {
    let attempt = turn.attempt();
    account.load = match &account.load {
        Load::Pending(_) => return,
        Load::Done | Load::Failed(..) => Load::Pending(attempt),
    };
    turn.emit(Effect::Load(account.setup.account.id.clone(), attempt));
}

pub(super) fn loaded(account: &mut Account, turn: &mut Turn<'_>, stored: Result<Option<Stored>, Problem>) {
    match stored {
        Ok(stored) => {
            account.load = Load::Done;
            account.trouble = None;
            let Some(stored) = stored else { return };
            // A sign-in that was finished meanwhile is newer than anything on disk.
            if account.grant.is_none() || stored.generation > account.generation {
                account.grant = stored.grant;
                account.facts = stored.facts.clone();
                account.generation = stored.generation;
                account.saved.answered = stored.generation;
                account.saved.facts = stored.facts;
                // The owner may just have mended the setting that blocked it.
                account.facts.campaign.blocked = false;
                account.facts.campaign.asked_until = None;
            }
            let ended = account.grant.as_ref().is_some_and(|grant| grant.ended(turn.now));
            if ended && !account.can_renew(turn.now) {
                turn.log(account, LogLevel::Warn, "Token has already expired!");
            }
        }
        Err(problem) => {
            let times = if let Load::Failed(times, ..) = account.load { times + 1 } else { 1 };
            turn.log(account, LogLevel::Warn, format!("The stored token could not be read: {}", problem.what));
            account.trouble = Some(problem.clone());
            account.load = Load::Failed(times, turn.now, problem);
        }
    }
}

/// Writes the token and its facts as they are now; a save under way is overtaken.
pub(super) fn save(account: &mut Account, turn: &mut Turn<'_>) {
    // What could not be read must not be overwritten, unless a sign-in has brought something newer.
    if account.load != Load::Done && account.grant.is_none() {
        return;
    }
    let attempt = turn.attempt();
    account.saved.pending = Some(attempt);
    account.saved.facts = account.facts.clone();
    let stored = Stored { grant: account.grant.clone(), generation: account.generation, facts: account.facts.clone() };
    turn.emit(Effect::Save(account.setup.account.id.clone(), attempt, Box::new(stored)));
}

/// At the end of each turn: facts that changed go to disk.
pub(super) fn save_if_changed(account: &mut Account, turn: &mut Turn<'_>) {
    if account.generation.0 > 0 && account.facts != account.saved.facts {
        save(account, turn);
    }
}

pub(super) fn saved(account: &mut Account, turn: &mut Turn<'_>, written: Result<Written, Problem>) {
    account.saved.pending = None;
    let new = account.saved.answered < account.generation;
    account.saved.answered = account.generation;
    let problem = match written {
        Ok(written) => {
            account.saved.at = Some(turn.now);
            account.saved.backups = written.backups;
            if account.saved.failed.take().is_some() {
                turn.log(account, LogLevel::Info, "The token is on disk now");
            }
            None
        }
        Err(problem) => {
            let times = account.saved.failed.as_ref().map_or(1, |(times, ..)| times + 1);
            turn.log(account, LogLevel::Error, words::not_saved_line(&problem));
            account.saved.failed = Some((times, turn.now, problem.clone()));
            Some(problem)
        }
    };
    if new && account.grant.is_some() {
        turn.emit(Effect::Deliver(account.setup.account.id.clone(), account.generation));
    }
    renewing::marked(account, turn, problem.is_none());
    signing_in::stored(account, turn, problem);
}
