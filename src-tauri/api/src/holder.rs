//! Who holds a port that the door cannot have.
//!
//! Best effort: the holder may be another user's, or gone by the time we look; then this says nothing rather than
//! something wrong. It never ends anybody.

use listeners::Protocol;

/// Process names are foreign text; longer ones are cut (characters).
const NAME_LIMIT: usize = 64;

/// The holder in words that follow "is taken by". Reads every process's open files, so it belongs on a blocking thread.
pub(crate) fn holder(port: u16) -> String {
    match listeners::get_process_by_port(port, Protocol::TCP) {
        Ok(process) => format!("{} (process {})", plain(&process.name), process.pid),
        Err(_) => "another program, perhaps another user's".to_owned(),
    }
}

fn plain(name: &str) -> String {
    let text: String = name.chars().filter(|c| !c.is_control()).take(NAME_LIMIT).collect();
    if text.is_empty() { "a program".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_names_are_plain() {
        assert_eq!(plain("py\u{1b}[31mthon\n"), "py[31mthon");
        assert_eq!(plain("\n"), "a program");
        assert_eq!(plain(&"x".repeat(500)).len(), NAME_LIMIT);
    }
}
