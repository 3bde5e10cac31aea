//! What this computer notices, brought to the manager: people, sleep, network.
//!
//! What this is not: the noticing itself (`senses`), or a decision.

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
        Sense::Presence(presence) => Some(Event::Presence(presence)),
        Sense::Woke => Some(Event::Woke),
        Sense::NetworkUp => Some(Event::Network(true)),
        Sense::NetworkDown => Some(Event::Network(false)),
        // Nothing can be finished in the moment that is left, and nothing has to be.
        Sense::Sleeping => None,
    }
}
