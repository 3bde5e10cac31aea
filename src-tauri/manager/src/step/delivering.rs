//! Disk and bots: read at start, save before deliver, and try again when the vault fails.
//!
//! Memory has a new token at once. A vault that fails costs nothing but a loud state and a retry.

use super::signing_in::FLIGHT_LIMIT;
use super::{Turn, renewing, signing_in};
use crate::account::{Account, Cause, Flight, Load, Proof};
use crate::event::{Effect, LogLevel, Stored, Written};
use crate::words;
use daypass_domain::{Generation, Problem};

/// A new account (or one whose settings changed): read what is stored, unless that was done.
pub(super) fn load_first(account: &mut Account, turn: &mut Turn<'_>) {
    if account.load == Load::Done && account.grant.is_none() && account.generation.0 == 0 {
        load(account, turn);
    }
}

pub(super) fn load(account: &mut Account, turn: &mut Turn<'_>) {
    let failures = match &account.load {
        Load::Pending(..) => return,
        Load::Done => 0,
        Load::Failed(failures, ..) => *failures,
    };
    let attempt = turn.attempt();
    account.load = Load::Pending(Flight { attempt, until: turn.now + FLIGHT_LIMIT }, failures);
    turn.emit(Effect::Load(account.setup.account.id.clone(), attempt));
}

pub(super) fn loaded(account: &mut Account, turn: &mut Turn<'_>, stored: Result<Option<Stored>, Problem>) {
    match stored {
        Ok(stored) => {
            account.load = Load::Done;
            account.trouble = None;
            if account.generation == Generation(0) {
                stored.into_iter().for_each(|stored| take_over(account, turn, stored));
            } else {
                merge(account, turn, stored.unwrap_or_default());
            }
        }
        Err(problem) => {
            let failures = if let Load::Pending(_, failures) = account.load { failures + 1 } else { 1 };
            turn.log(account, LogLevel::Warn, format!("The stored token could not be read: {}", problem.what));
            account.trouble = Some(problem.clone());
            account.load = Load::Failed(failures, turn.now, problem);
            keep_in_memory(account, turn);
        }
    }
}

/// The usual start: memory becomes what the disk has.
fn take_over(account: &mut Account, turn: &mut Turn<'_>, stored: Stored) {
    account.grant = stored.grant;
    account.facts = stored.facts.clone();
    account.generation = stored.generation;
    account.saved.answered = stored.generation;
    account.saved.facts = stored.facts;
    // The owner may just have mended the setting that blocked it.
    account.facts.campaign.blocked = false;
    account.facts.campaign.asked_until = None;
    // If nobody has been told, the line comes with the telling.
    let ended = account.grant.as_ref().is_some_and(|grant| grant.ended(turn.now));
    if ended && !account.can_renew(turn.now) && account.facts.told.contains(&Cause::Ended) {
        turn.log(account, LogLevel::Warn, "Token has already expired!");
    }
}

/// A sign-in that was finished before the vault could be read is newer than anything on disk. Only if it was another
/// user's, which nobody could know then, the stored token is the one that counts.
fn merge(account: &mut Account, turn: &mut Turn<'_>, stored: Stored) {
    let generation = Generation(stored.generation.0 + account.generation.0);
    let mine = account.grant.as_ref().and_then(|grant| grant.user.clone());
    let theirs = account.setup.account.user.clone().or_else(|| stored.facts.user.clone());
    if let (Some(got), Some(wanted)) = (mine, theirs)
        && got != wanted
    {
        take_over(account, turn, stored);
        account.proof = Proof::default();
        account.trouble = Some(words::wrong_user(&got.0, &wanted.0));
    }
    account.generation = generation;
    save(account, turn);
}

/// Writes the token and its facts as they are now; a save under way is overtaken.
pub(super) fn save(account: &mut Account, turn: &mut Turn<'_>) {
    if account.load != Load::Done {
        return keep_in_memory(account, turn);
    }
    let attempt = turn.attempt();
    account.saved.pending = Some(Flight { attempt, until: turn.now + FLIGHT_LIMIT });
    account.saved.facts = account.facts.clone();
    let stored = Stored { grant: account.grant.clone(), generation: account.generation, facts: account.facts.clone() };
    turn.emit(Effect::Save(account.setup.account.id.clone(), attempt, Box::new(stored)));
    // A vault that has failed before is not waited for a second time.
    if account.saved.failed.is_some() {
        deliver(account, turn);
    }
}

/// The vault has answered for this generation, well or badly: bots may have it.
fn deliver(account: &mut Account, turn: &mut Turn<'_>) {
    let new = account.saved.answered < account.generation;
    account.saved.answered = account.generation;
    if new && account.grant.is_some() {
        turn.emit(Effect::Deliver(account.setup.account.id.clone(), account.generation));
    }
}

/// What could not be read must not be overwritten. A token that a sign-in has brought meanwhile counts, and bots may
/// have it; it is written once the vault can be read.
fn keep_in_memory(account: &mut Account, turn: &mut Turn<'_>) {
    if let Load::Failed(_, _, problem) = &account.load {
        let problem = problem.clone();
        if account.saved.answered < account.generation {
            return saved(account, turn, Err(problem));
        }
        renewing::marked(account, turn, false);
    }
}

/// At the end of each turn: facts that changed go to disk.
pub(super) fn save_if_changed(account: &mut Account, turn: &mut Turn<'_>) {
    if account.generation.0 > 0 && account.facts != account.saved.facts {
        save(account, turn);
    }
}

pub(super) fn saved(account: &mut Account, turn: &mut Turn<'_>, written: Result<Written, Problem>) {
    account.saved.pending = None;
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
    deliver(account, turn);
    renewing::marked(account, turn, problem.is_none());
    signing_in::stored(account, turn, problem);
}
