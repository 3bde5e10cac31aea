//! What is known at the moment, and telling it when it changes.
//!
//! The invariant: nothing is told twice in a row, the network after waking excepted. What this is not: shared between
//! threads; all sources live on one.

use crate::signs::{Signs, Witness, presence};
use crate::{Presence, Sense};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Where the sources write.
pub(crate) struct Board {
    on: Box<dyn Fn(Sense) + Send>,
    signs: RefCell<Signs>,
    presence: Cell<Presence>,
    network: Cell<Option<bool>>,
}

impl Board {
    /// A board on which nothing stands yet.
    pub(crate) fn new(on: impl Fn(Sense) + Send + 'static) -> Self {
        Self { on: Box::new(on), signs: RefCell::default(), presence: Cell::default(), network: Cell::default() }
    }

    /// What the signs say.
    pub(crate) fn signs(&self) -> Signs {
        self.signs.borrow().clone()
    }

    /// The witness says whether the screen is locked, or does not know.
    pub(crate) fn locked(&self, witness: Witness, locked: Option<bool>) {
        self.change(|signs| put(&mut signs.locked, witness, locked));
    }

    /// The witness says whether nobody touches anything, or does not know.
    pub(crate) fn idle(&self, witness: Witness, idle: Option<bool>) {
        self.change(|signs| put(&mut signs.idle, witness, idle));
    }

    /// The witness says both at once, so that nothing is told in between.
    pub(crate) fn locked_and_idle(&self, witness: Witness, locked: Option<bool>, idle: Option<bool>) {
        self.change(|signs| {
            put(&mut signs.locked, witness, locked);
            put(&mut signs.idle, witness, idle);
        });
    }

    /// The witness is gone, and what it said with it.
    pub(crate) fn forget(&self, witness: Witness) {
        self.locked_and_idle(witness, None, None);
    }

    /// Whether the network reaches the internet; `None` when there is nobody any more who could say.
    pub(crate) fn network(&self, up: Option<bool>) {
        if self.network.replace(up) != up {
            self.tell_network();
        }
    }

    /// The computer is about to sleep.
    pub(crate) fn sleeping(&self) {
        (self.on)(Sense::Sleeping);
    }

    /// The computer has slept. Whoever waits for the network now would wait in vain for a change if it never went away.
    pub(crate) fn woke(&self) {
        (self.on)(Sense::Woke);
        self.tell_network();
    }

    fn tell_network(&self) {
        if let Some(up) = self.network.get() {
            (self.on)(if up { Sense::NetworkUp } else { Sense::NetworkDown });
        }
    }

    fn change(&self, change: impl FnOnce(&mut Signs)) {
        change(&mut self.signs.borrow_mut());
        let now = presence(&self.signs.borrow());
        if self.presence.replace(now) != now {
            (self.on)(Sense::Presence(now));
        }
    }
}

fn put(said: &mut BTreeMap<Witness, bool>, witness: Witness, says: Option<bool>) {
    match says {
        Some(says) => said.insert(witness, says),
        None => said.remove(&witness),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};

    fn board() -> (Board, Receiver<Sense>) {
        let (tell, hear) = channel();
        let on = move |sense| tell.send(sense).expect("the test listens");
        (Board::new(on), hear)
    }

    #[test]
    fn presence_is_told_once_per_change() {
        let (board, hear) = board();
        board.locked(Witness::Logind, Some(false));
        board.idle(Witness::Logind, Some(false));
        board.locked(Witness::Logind, Some(true));
        board.idle(Witness::Logind, Some(true));
        board.locked_and_idle(Witness::Logind, Some(false), Some(false));
        board.forget(Witness::Logind);
        board.forget(Witness::Logind);
        let expected = [Presence::There, Presence::Away, Presence::There, Presence::Unknown].map(Sense::Presence);
        assert_eq!(hear.try_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_network_is_told_when_it_changes_and_after_waking() {
        let (board, hear) = board();
        board.woke();
        board.network(Some(true));
        board.network(Some(true));
        board.sleeping();
        board.woke();
        board.network(Some(false));
        board.network(None);
        board.woke();
        let expected = [
            Sense::Woke,
            Sense::NetworkUp,
            Sense::Sleeping,
            Sense::Woke,
            Sense::NetworkUp,
            Sense::NetworkDown,
            Sense::Woke,
        ];
        assert_eq!(hear.try_iter().collect::<Vec<_>>(), expected);
    }
}
