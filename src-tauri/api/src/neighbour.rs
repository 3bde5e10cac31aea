//! Whether the other end of a connection on this computer is this user's.
//!
//! A link's key stands in the command line of the browser that is started with it, and every user may read those. So on
//! Linux the kernel is asked whose the connection is. Elsewhere nobody can be asked without more rights: there the two
//! minutes in which a link works, once, are all that protects it. What this is not: a check of each request; who is in a
//! session has two secrets to show.

use std::net::SocketAddr;

/// Whether the connection from `there` to `here` was made by a program of this user. Reads the kernel's whole table, so
/// it belongs on a blocking thread.
#[cfg(target_os = "linux")]
pub(crate) fn is_same_user(there: SocketAddr, here: SocketAddr) -> bool {
    let entries = procfs::net::tcp().into_iter().chain(procfs::net::tcp6()).flatten();
    // What is left of a closed connection is nobody's, which looks like root's.
    let open = entries.filter(|entry| entry.state == procfs::net::TcpState::Established);
    let ends = open.map(|entry| (entry.local_address, entry.remote_address, entry.uid));
    owner(ends, there, here) == Some(rustix::process::geteuid().as_raw())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn is_same_user(_there: SocketAddr, _here: SocketAddr) -> bool {
    true
}

#[cfg(target_os = "linux")]
fn owner(
    mut connections: impl Iterator<Item = (SocketAddr, SocketAddr, u32)>,
    there: SocketAddr,
    here: SocketAddr,
) -> Option<u32> {
    // A socket for both families writes an IPv4 address as one of IPv6.
    let plain = |end: SocketAddr| SocketAddr::new(end.ip().to_canonical(), end.port());
    connections.find(|(from, to, _)| plain(*from) == there && plain(*to) == here).map(|(.., uid)| uid)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_connection_of_our_own_is_ours_and_one_that_is_not_there_is_nobodys() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let here = listener.local_addr().expect("its address");
        let stream = TcpStream::connect(here).expect("a connection");
        let there = stream.local_addr().expect("its address");
        assert!(is_same_user(there, here));
        drop((stream, listener));
        assert!(!is_same_user(there, "127.0.0.1:1".parse().expect("an address")));
    }

    #[test]
    fn the_owner_is_that_of_the_callers_end() {
        let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let table = [
            ("127.0.0.1:8000", "127.0.0.1:50001", 1000),
            ("127.0.0.1:50001", "127.0.0.1:8000", 1001),
            ("[::ffff:127.0.0.1]:50002", "[::ffff:127.0.0.1]:8000", 1002),
            ("127.0.0.1:50003", "127.0.0.1:8001", 1003),
        ];
        let table = || table.iter().map(|(from, to, uid)| (address(from), address(to), *uid));
        for (there, uid) in [
            ("127.0.0.1:50001", Some(1001)),
            ("127.0.0.1:50002", Some(1002)),
            ("127.0.0.1:50003", None),
            ("127.0.0.1:50004", None),
        ] {
            assert_eq!(owner(table(), address(there), address("127.0.0.1:8000")), uid, "{there}");
        }
    }
}
