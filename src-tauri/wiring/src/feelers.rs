//! What this computer notices, brought to the manager: people, sleep, network.
//!
//! What this is not: the noticing itself (`senses`), or a decision.

use daypass_manager::event::Presence;
use daypass_manager::{Event, Handle};
use daypass_senses::{Sense, Watching};

/// Starts watching; it ends when this is dropped.
pub(crate) fn watch(handle: Handle) -> Watching {
    daypass_senses::watch(move |sense| {
        if let Some(event) = event(sense) {
            handle.event(event);
        }
    })
}

fn event(sense: Sense) -> Option<Event> {
    match sense {
        Sense::Presence(presence) => Some(Event::Presence(self::presence(presence))),
        Sense::Woke => Some(Event::Woke),
        Sense::NetworkUp => Some(Event::Network(true)),
        Sense::NetworkDown => Some(Event::Network(false)),
        // Nothing can be finished in the moment that is left, and nothing has to be.
        Sense::Sleeping => None,
    }
}

/// The manager's word for it.
pub(crate) fn presence(presence: daypass_senses::Presence) -> Presence {
    match presence {
        daypass_senses::Presence::There => Presence::There,
        daypass_senses::Presence::Away => Presence::Away,
        daypass_senses::Presence::Unknown => Presence::Unknown,
    }
}
