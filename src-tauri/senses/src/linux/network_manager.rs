//! NetworkManager: whether the network reaches the internet.
//!
//! The invariant: "up" is said only of a network that a broker can be reached through; behind a sign-in page it is down.
//! Without NetworkManager nothing is said at all. What this is not: a test of any broker.

use super::peer::{Object, Peer, with_each_owner};
use crate::board::Board;
use zbus::Connection;

const NAME: &str = "org.freedesktop.NetworkManager";
const MANAGER: Object<'_> = Object { path: "/org/freedesktop/NetworkManager", interface: NAME };

/// `NM_STATE_CONNECTED_GLOBAL`: connected, and not known to end before the internet.
const CONNECTED: u32 = 70;
/// `NM_CONNECTIVITY_UNKNOWN`: nobody has tried, which is common, since the test is an option.
const UNTRIED: u32 = 0;
/// `NM_CONNECTIVITY_FULL`.
const FULL: u32 = 4;

/// Watches it while it is there. Ends with the bus.
pub(crate) async fn watch(connection: &Connection, board: &Board) {
    let work = async |peer: &Peer<'_>| {
        let tell = |state, connectivity| board.network(Some(reaches_internet(state, connectivity)));
        peer.properties(MANAGER, |properties| {
            let number = |name| properties.get(name).and_then(|value| u32::try_from(value).ok());
            // Old versions have no property for the connectivity.
            tell(number("State").unwrap_or_default(), number("Connectivity").unwrap_or(UNTRIED));
        })
        .await
    };
    with_each_owner(connection, NAME, work, || board.network(None)).await;
}

fn reaches_internet(state: u32, connectivity: u32) -> bool {
    state == CONNECTED && [UNTRIED, FULL].contains(&connectivity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_is_what_a_broker_can_be_reached_through() {
        let table = [
            ("connected and proven", 70, 4, true),
            ("connected and never tried", 70, 0, true),
            ("connected to a sign-in page", 70, 2, false),
            ("connected to something that ends before the internet", 70, 3, false),
            ("connected within the site", 60, 3, false),
            ("connecting", 40, 1, false),
            ("disconnected", 20, 1, false),
            ("asleep", 10, 0, false),
            ("not known yet", 0, 0, false),
        ];
        for (row, state, connectivity, expected) in table {
            assert_eq!(reaches_internet(state, connectivity), expected, "{row}");
        }
    }
}
