//! Who holds a port that we cannot have.
//!
//! Names the process where this user may look at it, else the user it runs as. Best effort by nature: the holder may be
//! gone by the time we look, and then this says nothing rather than something wrong. It never ends anybody.

use std::net::{IpAddr, SocketAddr};

/// Process names are foreign text; longer ones are cut (characters).
const NAME_LIMIT: usize = 64;

/// This process, in such words.
pub(crate) const OURS: &str = "Daypass itself";

/// The holder in words that follow "is taken by": `python3 (process 4312)`, `a program of user "root"`, `Daypass itself`.
/// Reads every process's open files, so it belongs on a blocking thread.
pub(crate) fn holder(wanted: SocketAddr) -> Option<String> {
    process(wanted).or_else(|| owner(wanted))
}

fn process(wanted: SocketAddr) -> Option<String> {
    let all = listeners::get_all().ok()?;
    let found = all.into_iter().find(|listener| {
        listener.protocol == listeners::Protocol::TCP
            && listener.state == listeners::SocketState::Listen
            && in_the_way(listener.socket, wanted)
    })?;
    if found.process.pid == std::process::id() {
        // Another door of ours, such as the local API: nobody is to go and look for a foreign program.
        return Some(OURS.to_owned());
    }
    Some(format!("{} (process {})", plain(&found.process.name), found.process.pid))
}

/// Whether a listener at `held` keeps us from `wanted`. One on all addresses does, IPv6's for IPv4 as well.
fn in_the_way(held: SocketAddr, wanted: SocketAddr) -> bool {
    let same = match held.ip() {
        IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4),
        ip => ip,
    };
    held.port() == wanted.port()
        && (same == wanted.ip() || (same.is_unspecified() && (same.is_ipv6() || wanted.is_ipv4())))
}

fn plain(name: &str) -> String {
    let text: String = name.chars().filter(|c| !c.is_control()).take(NAME_LIMIT).collect();
    if text.is_empty() { "a program".to_owned() } else { text }
}

/// The kernel tells everybody whose a socket is, though not which process has it.
#[cfg(target_os = "linux")]
fn owner(wanted: SocketAddr) -> Option<String> {
    let entries = procfs::net::tcp().into_iter().chain(procfs::net::tcp6()).flatten();
    let found = entries
        .into_iter()
        .find(|entry| entry.state == procfs::net::TcpState::Listen && in_the_way(entry.local_address, wanted))?;
    Some(user(found.uid))
}

#[cfg(not(target_os = "linux"))]
fn owner(_wanted: SocketAddr) -> Option<String> {
    None
}

#[cfg(target_os = "linux")]
fn user(uid: u32) -> String {
    match nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(uid)) {
        Ok(Some(user)) => format!("a program of user \"{}\"", plain(&user.name)),
        Ok(None) | Err(_) => format!("a program of the user with number {uid}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn a_listener_is_in_the_way_when_it_covers_the_address() {
        for (sentence, held, wanted, expected) in [
            ("the same address", "127.0.0.1:5001", "127.0.0.1:5001", true),
            ("all IPv4 addresses", "0.0.0.0:5001", "127.0.0.1:5001", true),
            ("all addresses, IPv6 first", "[::]:5001", "127.0.0.1:5001", true),
            ("all addresses", "[::]:5001", "[::1]:5001", true),
            ("IPv4 written as IPv6", "[::ffff:127.0.0.1]:5001", "127.0.0.1:5001", true),
            ("only IPv4", "0.0.0.0:5001", "[::1]:5001", false),
            ("another address", "192.0.2.7:5001", "127.0.0.1:5001", false),
            ("another port", "127.0.0.1:5002", "127.0.0.1:5001", false),
        ] {
            let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
            assert_eq!(in_the_way(address(held), address(wanted)), expected, "{sentence}");
        }
    }

    #[test]
    fn foreign_names_are_plain() {
        assert_eq!(plain("py\u{1b}[31mthon\n"), "py[31mthon");
        assert_eq!(plain("\n"), "a program");
        assert_eq!(plain(&"x".repeat(500)).len(), NAME_LIMIT);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_user_is_known_even_where_the_process_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let me = nix::unistd::User::from_uid(nix::unistd::Uid::current()).ok().flatten().map(|user| user.name);
        let expected = me.map_or_else(|| "with number".to_owned(), |name| format!("a program of user \"{name}\""));
        let said = owner(address).expect("an owner");
        assert!(said.contains(&expected), "{said}");
        drop(listener);
        assert_eq!(owner(address), None, "a free port has no owner");
    }
}
