//! Ending a token by choice: at the broker first where it can, then here, whatever the broker said.

use super::{Turn, delivering, looking, probing, signing_in, warning};
use crate::account::{Account, Campaign, Load, Proof};
use crate::event::{Effect, LogLevel, Reply, Ticket};
use crate::words;
use crate::work::{Task, Work};
use daypass_brokers::BrokerError;
use daypass_domain::ledger::Happening;

pub(super) fn sign_out(account: &mut Account, turn: &mut Turn<'_>, ticket: Ticket) {
    let Some(grant) = account.grant.clone() else {
        return turn.reply(ticket, Err(words::nothing_to_hand_out(account, turn.now)));
    };
    stop_work(account, turn);
    if account.setup.revokes && account.valid_grant(turn.now).is_some() {
        let attempt = turn.attempt();
        let until = turn.now + signing_in::FLIGHT_LIMIT;
        account.work = Some(Work { attempt, since: turn.now, until, task: Task::SignOut });
        turn.emit(Effect::Revoke(account.setup.account.id.clone(), attempt, grant));
    } else {
        finish(account, turn);
    }
    turn.reply(ticket, Ok(Reply::Done));
}

pub(super) fn revoked(account: &mut Account, turn: &mut Turn<'_>, result: Result<(), BrokerError>) {
    finish(account, turn);
    if let Err(error) = result {
        turn.log(account, LogLevel::Warn, format!("The broker did not confirm the sign-out: {}", error.problem.what));
        account.trouble = Some(words::sign_out_unconfirmed(&error.problem));
    }
}

/// The token is gone here.
pub(super) fn finish(account: &mut Account, turn: &mut Turn<'_>) {
    account.work = None;
    account.grant = None;
    account.proof = Proof::default();
    account.trouble = None;
    account.facts.signed_out = true;
    account.facts.refused = None;
    account.facts.campaign = Campaign::default();
    account.facts.told.clear();
    warning::withdraw(account, turn);
    turn.log(account, LogLevel::Info, "Signed out");
    turn.record(account, Happening::SignedOut);
    delivering::save(account, turn);
}

/// The account is removed: nothing of it stays.
pub(super) fn forget(account: &mut Account, turn: &mut Turn<'_>) {
    stop_work(account, turn);
    looking::look_lost(account, turn);
    probing::tell_askers(account, turn);
    warning::withdraw(account, turn);
    account.grant = None;
    account.load = Load::Done;
    turn.emit(Effect::Erase(account.setup.account.id.clone()));
}

fn stop_work(account: &mut Account, turn: &mut Turn<'_>) {
    if account.work.as_ref().is_some_and(|work| work.sign_in().is_some()) {
        return signing_in::call_off(account, turn);
    }
    account.work = None;
    signing_in::tell_waiting(account, turn);
}
