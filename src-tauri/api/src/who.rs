//! Who asks for a token: a bot with a key, or a program of this user on the socket.
//!
//! The invariant: a bot's name is its key's, whatever it says of itself. A program on the socket may say what it is
//! called, because it may do everything anyway; else it is named after its file. What this is not: a check; whoever
//! comes here was let in.

use crate::contract::{Bot, Caller};
use crate::problem::{Refusal, bad_input, no_account, unknown_account};
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use daypass_domain::ledger::Via;
use daypass_domain::{AccountId, Problem, Remedy};
use daypass_manager::view::Snapshot;
use daypass_manager::{Code, Refused};
use std::net::SocketAddr;

/// The other end of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Peer {
    /// Its process, where the system says so.
    pub(crate) pid: Option<i32>,
    /// Its end of a TCP connection.
    pub(crate) address: Option<SocketAddr>,
}

/// Whoever asks.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// A bot with a key.
    Bot(Bot),
    /// A program of this user.
    Program(Peer),
}

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let bot = parts.extensions.get::<Bot>().cloned().map(Self::Bot);
        Ok(bot.unwrap_or_else(|| Self::Program(parts.extensions.get::<Peer>().copied().unwrap_or_default())))
    }
}

/// The longest name that a program may give itself (characters).
const LONGEST_NAME: usize = 40;

impl Who {
    /// For the ledger and the window; `said` is what a program calls itself.
    pub(crate) fn caller(&self, said: Option<&str>) -> Caller {
        match (self, said.map(str::trim).filter(|name| !name.is_empty())) {
            (Self::Bot(bot), _) => Caller { name: Some(bot.name.clone()), via: Via::Http },
            (Self::Program(peer), said) => {
                let (program, via) = match peer.pid.map(program::of) {
                    Some(program) => (program.name, if program.terminal { Via::Terminal } else { Via::Socket }),
                    None => (None, Via::Socket),
                };
                let said = said.map(|name| name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect());
                Caller { name: said.or(program), via }
            }
        }
    }

    /// The account that is meant. A token is never handed out by guess: without a name there must be one only.
    pub(crate) fn account(&self, named: Option<&str>, seen: Option<&Snapshot>) -> Result<Option<AccountId>, Refusal> {
        if let Some(id) = named.map(str::trim).filter(|id| !id.is_empty()) {
            let account = AccountId::new(id).map_err(|_| unknown_account(id))?;
            return self.allowed(account).map(Some);
        }
        if let Self::Bot(Bot { accounts: Some(accounts), .. }) = self
            && let [account] = accounts.as_slice()
        {
            return Ok(Some(account.clone()));
        }
        let Some(seen) = seen else { return Ok(None) };
        let accounts: Vec<AccountId> =
            seen.accounts.iter().filter_map(|account| AccountId::new(account.id.as_str()).ok()).collect();
        let mut usable = accounts.into_iter().filter(|account| self.allowed(account.clone()).is_ok());
        match (usable.next(), usable.next()) {
            (None, _) => Err(no_account(Code::NoToken).into()),
            (Some(account), None) => Ok(Some(account)),
            (Some(_), Some(_)) => Err(several().into()),
        }
    }

    fn allowed(&self, account: AccountId) -> Result<AccountId, Refusal> {
        match self {
            Self::Bot(bot) if !bot.may_use(&account) => Err(Refusal::new(StatusCode::FORBIDDEN, OTHER_ACCOUNT)),
            _ => Ok(account),
        }
    }
}

fn several() -> Refused {
    bad_input("There are several accounts.", "Say which one: ?account=ID.")
}

const OTHER_ACCOUNT: Problem = Problem::new(
    "key_not_for_account",
    "This key is not good for that account.",
    "Make one that is: daypass keys make NAME --account ID.",
    Remedy::FixSetting,
);

/// What a process is called.
mod program {
    #[cfg(target_os = "linux")]
    use std::io::Read;

    /// A process, by name.
    pub(super) struct Program {
        /// Its file, or the script that it runs.
        pub(super) name: Option<String>,
        /// It is this project's own terminal program, asking for somebody else.
        pub(super) terminal: bool,
    }

    /// Looked up while the process waits for its answer. Command lines may hold secrets: only a script's file name is
    /// taken from them.
    #[cfg(target_os = "linux")]
    pub(super) fn of(pid: i32) -> Program {
        let name = running(pid);
        if !matches!(name.as_deref(), Some("daypass" | "daypass-full")) {
            return Program { name, terminal: false };
        }
        // Whoever has started it is the one that wants the token.
        let parent = parent(pid).and_then(running);
        Program { name: parent.or(name), terminal: true }
    }

    #[cfg(target_os = "linux")]
    fn running(pid: i32) -> Option<String> {
        let file = std::fs::read_link(format!("/proc/{pid}/exe")).ok()?;
        let name = base(&file.to_string_lossy())?;
        if !super::interprets(&name) {
            return Some(name);
        }
        let mut line = [0; BEGINNING];
        let line = beginning(pid, "cmdline", &mut line).unwrap_or_default();
        let script = super::script(line).and_then(|word| base(&String::from_utf8_lossy(word)));
        Some(super::named(name, script))
    }

    /// `PID (its name) STATE PARENT ...`; the name may hold anything, brackets too.
    #[cfg(target_os = "linux")]
    fn parent(pid: i32) -> Option<i32> {
        let mut line = [0; BEGINNING];
        let line = String::from_utf8_lossy(beginning(pid, "stat", &mut line)?);
        line.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
    }

    /// As much as is of use; the rest of a long command line is none of ours.
    #[cfg(target_os = "linux")]
    const BEGINNING: usize = 1024;

    /// The beginning of one of its files, in one read: a bot waits for this.
    #[cfg(target_os = "linux")]
    fn beginning<'a>(pid: i32, file: &str, into: &'a mut [u8]) -> Option<&'a [u8]> {
        let read = std::fs::File::open(format!("/proc/{pid}/{file}")).ok()?.read(into).ok()?;
        into.get(..read)
    }

    #[cfg(target_os = "linux")]
    fn base(path: &str) -> Option<String> {
        let name = path.trim_end_matches(" (deleted)").rsplit('/').next()?;
        (!name.is_empty()).then(|| name.chars().filter(|c| !c.is_control()).take(super::LONGEST_NAME).collect())
    }

    /// Elsewhere the system does not say.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn of(_pid: i32) -> Program {
        Program { name: None, terminal: false }
    }
}

/// The word of a command line that names an interpreter's script. Where the code itself stands there (`-c`, `-e`) or a
/// module's name (`-m`), there is none: code may hold anything, a password too.
#[cfg(any(target_os = "linux", test))]
fn script(line: &[u8]) -> Option<&[u8]> {
    let mut words = line.split(|byte| *byte == 0).skip(1);
    let word = words.find(|word| !word.starts_with(b"-") || is_code(word))?;
    (!is_code(word) && !word.iter().any(|byte| byte.is_ascii_whitespace() || b"=$;|&".contains(byte))).then_some(word)
}

/// `-c`, and together with others: `-lc`.
#[cfg(any(target_os = "linux", test))]
fn is_code(word: &[u8]) -> bool {
    word.starts_with(b"-") && !word.starts_with(b"--") && word.ends_with(b"c")
        || [&b"-e"[..], b"-m", b"-p", b"--eval", b"--print"].contains(&word)
}

/// Whether a program of this name runs other people's files. Any other one is called what it is, whatever it is given.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux names programs"))]
fn interprets(program: &str) -> bool {
    const INTERPRETERS: [&str; 12] =
        ["python", "pypy", "node", "deno", "bun", "ruby", "perl", "php", "sh", "bash", "dash", "zsh"];
    // `python3.13` and `node22` are the same as without their numbers.
    let plain = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    INTERPRETERS.contains(&plain)
}

/// An interpreter is named after what it runs, if that is a file of a kind that is run.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux names programs"))]
fn named(program: String, script: Option<String>) -> String {
    const SCRIPTS: [&str; 9] = [".py", ".js", ".mjs", ".cjs", ".ts", ".sh", ".rb", ".pl", ".php"];
    script.filter(|script| SCRIPTS.iter().any(|end| script.ends_with(end))).unwrap_or(program)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::{account, snapshot};
    use daypass_domain::Moment;

    fn bot(accounts: Option<&[&str]>) -> Who {
        let ids = |ids: &[&str]| ids.iter().map(|id| AccountId::new(*id).expect("an id")).collect();
        Who::Bot(Bot { name: "screener".into(), accounts: accounts.map(ids) })
    }

    #[test]
    fn code_in_a_command_line_names_nobody() {
        for (line, named) in [
            ("python3\0bot.py\0--fast", Some("bot.py")),
            ("python3\0-u\0/home/a/bot.py", Some("/home/a/bot.py")),
            ("sh\0-c\0PW=hunter2 python bot.py", None),
            ("bash\0-lc\0./bot.sh", None),
            ("node\0-e\0run()", None),
            ("python3\0-m\0bot", None),
            ("sh\0PW=x;bot.sh", None),
            ("python3", None),
        ] {
            let found = script(line.as_bytes()).map(|word| String::from_utf8_lossy(word).into_owned());
            assert_eq!(found.as_deref(), named, "{line:?}");
        }
    }

    #[test]
    fn the_account_is_the_named_one_or_the_only_one_that_is_open_to_the_caller() {
        let seen = snapshot(Moment::UNIX_EPOCH, ["upstox", "dhan"].map(|id| account(id, Moment::UNIX_EPOCH)).into());
        let program = Who::Program(Peer::default());
        let both = Some(&["upstox", "dhan"][..]);
        for (sentence, who, named, is) in [
            ("a program may name any", &program, Some("dhan"), Ok("dhan")),
            ("and must, where there are two", &program, None, Err(400)),
            ("a bot with all accounts as well", &bot(None), None, Err(400)),
            ("a bot may name its own", &bot(Some(&["upstox"])), Some("upstox"), Ok("upstox")),
            ("and no other", &bot(Some(&["upstox"])), Some("dhan"), Err(403)),
            ("its only one need not be named", &bot(Some(&["dhan"])), None, Ok("dhan")),
            ("one of two must", &bot(both), None, Err(400)),
            ("a key for nothing opens nothing", &bot(Some(&[])), None, Err(409)),
            ("what is no name is no account", &program, Some("<x>"), Err(404)),
        ] {
            let answer = who.account(named, Some(&seen));
            let answer = answer.map_err(|refusal| refusal.status().as_u16());
            assert_eq!(answer, is.map(|id| AccountId::new(id).ok()), "{sentence}");
        }
    }

    #[test]
    fn an_interpreter_is_one_in_each_of_its_versions() {
        for (program, is) in [
            ("python3.13", true),
            ("python", true),
            ("node", true),
            ("node22", true),
            ("bash", true),
            ("my-python-bot", false),
            ("screener", false),
            ("noderunner", false),
            ("", false),
        ] {
            assert_eq!(interprets(program), is, "{program:?}");
        }
    }

    #[test]
    fn a_bot_is_its_keys_name_and_a_program_what_it_says() {
        assert_eq!(bot(None).caller(Some("other")).name.as_deref(), Some("screener"));
        let program = Who::Program(Peer::default());
        assert_eq!(program.caller(Some(" my\nbot ")).name.as_deref(), Some("mybot"));
        assert_eq!(program.caller(Some(" ")).name, None);
        let long = "x".repeat(100);
        assert_eq!(program.caller(Some(&long)).name.map(|name| name.len()), Some(LONGEST_NAME));
    }

    #[test]
    fn an_interpreter_is_named_after_its_script() {
        for (program, script, name) in [
            ("python3.11", Some("bot.py"), "bot.py"),
            ("node", Some("bot.mjs"), "bot.mjs"),
            ("curl", Some("marker-secret"), "curl"),
            ("nightly", None, "nightly"),
        ] {
            assert_eq!(named(program.to_owned(), script.map(Into::into)), name);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_is_named_after_its_file() {
        let own = i32::try_from(std::process::id()).expect("a number");
        let name = Who::Program(Peer { pid: Some(own), address: None }).caller(None).name.expect("a name");
        assert!(name.starts_with("daypass_api"), "{name}");
        assert_eq!(Who::Program(Peer { pid: Some(-1), address: None }).caller(None).name, None);
    }
}
