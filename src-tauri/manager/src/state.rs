//! Everything the manager knows, with an index of what is due.

use crate::account::{Account, Setup};
use crate::event::Presence;
use crate::view::{Note, VaultKind, VaultView};
use chrono::{FixedOffset, Offset, Utc};
use daypass_domain::{AccountId, Moment};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The state of the whole program.
#[derive(Debug)]
pub struct State {
    /// Boxed: an account is large, and a table keeps room for up to twice as many as are in it.
    accounts: HashMap<AccountId, Box<Account>>,
    order: Vec<AccountId>,
    due: BTreeSet<(Moment, AccountId)>,
    due_of: BTreeMap<AccountId, Moment>,
    attempts: u64,
    /// Whether somebody is at the computer.
    pub presence: Presence,
    /// When the computer woke last.
    pub woke: Option<Moment>,
    /// Whether the computer is on a network, if anybody says so.
    pub network: Option<bool>,
    /// How far this computer's clock is behind (positive) or ahead of the brokers', where that is worth telling.
    pub clock_off: Option<chrono::Duration>,
    /// This computer's offset from UTC; only quiet hours go by it.
    pub local: FixedOffset,
    /// The vault as a whole.
    pub vault: VaultView,
    /// Troubles of the program itself.
    pub notes: Vec<Note>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            accounts: HashMap::new(),
            order: Vec::new(),
            due: BTreeSet::new(),
            due_of: BTreeMap::new(),
            attempts: 0,
            presence: Presence::Unknown,
            woke: None,
            network: None,
            clock_off: None,
            local: Utc.fix(),
            vault: VaultView { kind: VaultKind::Memory, problem: None },
            notes: Vec::new(),
        }
    }
}

impl State {
    /// An account, if it is there.
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.get(id).map(Box::as_ref)
    }

    /// All accounts in the owner's order.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.order.iter().filter_map(|id| self.account(id))
    }

    /// The ids in the owner's order.
    pub fn order(&self) -> &[AccountId] {
        &self.order
    }

    /// The earliest moment at which anything is due.
    pub fn next_moment(&self) -> Option<Moment> {
        self.due.first().map(|(at, _)| *at)
    }

    /// The accounts that are due.
    pub fn due(&self, now: Moment) -> Vec<AccountId> {
        self.due.iter().take_while(|(at, _)| *at <= now).map(|(_, id)| id.clone()).collect()
    }

    pub(crate) fn account_and_attempts(&mut self, id: &AccountId) -> Option<(&mut Account, &mut u64)> {
        Some((self.accounts.get_mut(id)?, &mut self.attempts))
    }

    pub(crate) fn put(&mut self, setup: Setup) {
        let id = setup.account.id.clone();
        match self.accounts.get_mut(&id) {
            Some(account) => {
                if setup.account.exchanges(setup.profile) != account.almanac.exchanges {
                    account.almanac = crate::account::Almanac::of(&setup);
                }
                account.setup = setup;
                // Whatever setting blocked it may have been mended just now.
                if account.facts.campaign.blocked {
                    account.facts.campaign = crate::account::Campaign::default();
                    account.trouble = None;
                }
            }
            None => {
                self.order.push(id.clone());
                self.accounts.insert(id, Box::new(Account::new(setup)));
            }
        }
    }

    pub(crate) fn remove(&mut self, id: &AccountId) {
        self.schedule(id, None);
        self.order.retain(|known| known != id);
        self.accounts.remove(id);
    }

    pub(crate) fn schedule(&mut self, id: &AccountId, at: Option<Moment>) {
        if let Some(old) = self.due_of.remove(id) {
            self.due.remove(&(old, id.clone()));
        }
        if let Some(at) = at {
            self.due.insert((at, id.clone()));
            self.due_of.insert(id.clone(), at);
        }
    }
}
