//! Disk and bots: read at start, save before deliver, and try again when the vault fails.
//!
//! Memory has a new token at once. A vault that fails costs nothing but a loud state and a retry.

use super::signing_in::FLIGHT_LIMIT;
use super::{Turn, proving, renewing, signing_in};
use crate::account::{Account, Cause, Facts, Flight, Load, Proof};
use crate::event::{Effect, Found, LogLevel, Stored, Written};
use crate::words;
use daypass_domain::{Generation, Problem, Remedy};

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

pub(super) fn loaded(account: &mut Account, turn: &mut Turn<'_>, found: Result<Option<Found>, Problem>) {
    match found {
        Ok(found) => {
            account.load = Load::Done;
            account.trouble = None;
            if account.generation == Generation(0) {
                found.into_iter().for_each(|found| take_over(account, turn, found));
                // It is on disk, and may not be everywhere yet: the program may have ended before.
                if account.saved.answered == account.generation {
                    tell_bots(account, turn);
                }
            } else {
                merge(account, turn, found);
            }
        }
        // Waiting mends nothing here: what the next sign-in brings takes the place of what cannot be read.
        Err(problem) if problem.remedy == Remedy::SignInAgain => {
            turn.log(account, LogLevel::Error, format!("The stored token is lost: {problem}"));
            account.load = Load::Done;
            account.trouble = Some(problem);
            if account.generation > Generation(0) {
                save(account, turn);
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

/// How many generations a backup that stands in is ahead of its own number: past the damaged one, so that bots which
/// have that one see something new.
const PAST_THE_DAMAGED: u64 = 2;

/// The usual start: memory becomes what the disk has.
fn take_over(account: &mut Account, turn: &mut Turn<'_>, found: Found) {
    let Found { stored, written, stands_in } = found;
    account.grant = stored.grant;
    account.facts = stored.facts.clone();
    account.generation = stored.generation;
    account.saved.answered = stored.generation;
    account.saved.facts = stored.facts;
    account.saved.candidate = stored.candidate.is_some();
    (account.saved.at, account.saved.backups) = (Some(written.at), written.backups);
    // The owner may just have mended the setting that blocked it.
    account.facts.campaign.blocked = false;
    account.facts.campaign.asked_until = None;
    // If nobody has been told, the line comes with the telling.
    let ended = account.grant.as_ref().is_some_and(|grant| grant.ended(turn.now));
    if ended && !account.can_renew(turn.now) && account.facts.told.contains(&Cause::Ended) {
        turn.log(account, LogLevel::Warn, "Token has already expired!");
    }
    if stands_in.is_some() {
        account.generation = Generation(stored.generation.0 + PAST_THE_DAMAGED);
        account.trouble = stands_in;
        save(account, turn);
    }
    if let Some(candidate) = stored.candidate.filter(|candidate| account.work.is_none() && !candidate.ended(turn.now)) {
        proving::resume(account, turn, candidate);
    }
}

/// A sign-in that was finished before the vault could be read is newer than anything on disk. Only if it was another
/// user's, which nobody could know then, the stored token is the one that counts.
fn merge(account: &mut Account, turn: &mut Turn<'_>, found: Option<Found>) {
    let Some(found) = found else { return save(account, turn) };
    let stored = &found.stored;
    let generation = Generation(stored.generation.0 + account.generation.0);
    let mine = account.grant.as_ref().and_then(|grant| grant.user.clone());
    let theirs = account.setup.account.user.clone().or_else(|| stored.facts.user.clone());
    if let (Some(got), Some(wanted)) = (mine, theirs)
        && got != wanted
    {
        take_over(account, turn, found);
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
    let candidate = account.candidate().cloned();
    account.saved.candidate = candidate.is_some();
    let (grant, facts) = (account.grant.clone(), account.facts.clone());
    let stored = Stored { grant, generation: account.generation, facts, candidate };
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
    if new {
        tell_bots(account, turn);
    }
}

fn tell_bots(account: &Account, turn: &mut Turn<'_>) {
    if account.grant.is_some() {
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

/// Whether facts are worth a write. Errands change them for all accounts in the same moment; forgotten in a crash, they
/// cost a line in the ledger or a second look, and they go along with the next write.
fn is_news(facts: &Facts, saved: &Facts) -> bool {
    facts != saved && *facts != Facts { marked: facts.marked, evening: facts.evening, ..saved.clone() }
}

/// At the end of each turn: what changed goes to disk.
pub(super) fn save_if_changed(account: &mut Account, turn: &mut Turn<'_>) {
    let facts = account.generation.0 > 0 && is_news(&account.facts, &account.saved.facts);
    if facts || account.candidate().is_some() != account.saved.candidate {
        save(account, turn);
    }
}

pub(super) fn saved(account: &mut Account, turn: &mut Turn<'_>, written: Result<Written, Problem>) {
    account.saved.pending = None;
    if let (Err(problem), Some(_)) = (&written, account.candidate()) {
        // The next write is moments away, and says loudly what it could not do.
        return turn.log(account, LogLevel::Warn, format!("The new token is not on disk yet: {}", problem.what));
    }
    let problem = match written {
        Ok(written) => {
            account.saved.at = Some(written.at);
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
