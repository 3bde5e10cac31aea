//! `daypass token` in a fraction of a millisecond: bots call it before each order.
//!
//! One socket, one question, one answer, with nothing else started: no runtime, no parser of command lines. The invariant:
//! it only ever succeeds. Whatever is not the plain case (another flag, no owner, a refusal, an answer that makes no sense)
//! is left to the ordinary way, which asks again and finds the words. What this is not: another meaning of the verb.

use daypass_wiring::Secret;
use daypass_wiring::domain::AccountId;
use rustix::net::sockopt::socket_peercred;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// An owner that needs longer is asked in the ordinary way.
const PATIENCE: Duration = Duration::from_secs(2);
/// The program with everything in it.
const WHOLE: &str = "daypass-full";
/// Most answers are no larger: each page of memory that is touched costs as much as a question to the system.
const FIRST: usize = 2 * 1024;
/// No answer with a token is larger.
const LARGEST: usize = 16 * 1024;

/// The token, if the command line asks for nothing but that and there is one.
pub fn token(args: impl Iterator<Item = OsString>) -> Option<Secret> {
    let query = query(args)?;
    let mut sockets = daypass_wiring::sockets();
    sockets.dedup();
    sockets.iter().find_map(|socket| ask(socket, &query))
}

/// Becomes the program that can do everything, with the same arguments; comes back only with the reason why not.
pub fn whole_program() -> anyhow::Error {
    let here = match std::env::current_exe() {
        Ok(here) => here,
        Err(error) => return anyhow::Error::new(error).context("its own file cannot be found"),
    };
    let mut args = std::env::args_os();
    let called = args.next().unwrap_or_else(|| "daypass".into());
    let [beside, packaged] = whole_programs(&here);
    let whole = if beside.exists() { beside } else { packaged };
    let error = Command::new(&whole).arg0(called).args(args).exec();
    anyhow::Error::new(error).context(format!("{} does not start", whole.display()))
}

/// Beside this program, or where a package puts what people do not call themselves.
fn whole_programs(here: &Path) -> [PathBuf; 2] {
    let folder = here.parent().unwrap_or(Path::new("/"));
    [folder.join(WHOLE), folder.join("../lib/daypass").join(WHOLE)]
}

/// `token`, `token ACCOUNT` and `--min-valid`, as a query.
fn query(mut args: impl Iterator<Item = OsString>) -> Option<String> {
    if args.next()? != "token" {
        return None;
    }
    let mut query = String::new();
    while let Some(arg) = args.next() {
        let arg = arg.into_string().ok()?;
        let (key, value) = match arg.as_str() {
            // Rounded up: a token that ends within the last second would not do.
            "--min-valid" => ("min_validity", whole_seconds(crate::args::span(args.next()?.to_str()?).ok()?)),
            account => ("account", AccountId::new(account).ok()?.to_string()),
        };
        if query.contains(key) {
            return None;
        }
        query.extend([if query.is_empty() { "?" } else { "&" }, key, "=", &value]);
    }
    Some(query)
}

fn whole_seconds(span: Duration) -> String {
    span.as_nanos().div_ceil(1_000_000_000).to_string()
}

fn ask(socket: &Path, query: &str) -> Option<Secret> {
    let mut line = UnixStream::connect(socket).ok()?;
    // Nothing is asked of another user's program.
    if socket_peercred(&line).ok()?.uid != rustix::process::geteuid() {
        return None;
    }
    line.set_read_timeout(Some(PATIENCE)).ok()?;
    let question = format!("GET /api/token{query} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    line.write_all(question.as_bytes()).ok()?;
    token_in(&mut line)
}

/// Reads up to the end of the answer and no further: to be woken once more, for the end of the line, takes longer than
/// everything else here.
fn token_in(line: &mut impl Read) -> Option<Secret> {
    let mut answer = vec![0; FIRST];
    let mut have = 0;
    loop {
        if have == answer.len() && have < LARGEST {
            answer.resize(LARGEST, 0);
        }
        match line.read(answer.get_mut(have..)?).ok()? {
            0 => return None,
            more => have += more,
        }
        if let Some(body) = body(&answer[..have])? {
            return token_of(body);
        }
    }
}

/// The body of a good answer, if all of it is there; nothing if the answer is none or will never do.
fn body(answer: &[u8]) -> Option<Option<&[u8]>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Some(None) };
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    if !head.starts_with("HTTP/1.1 200 ") {
        return None;
    }
    let length = head.lines().filter_map(|line| line.split_once(": "));
    let length =
        length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length")).map(|(_, value)| value).next()?;
    let length: usize = length.parse().ok().filter(|length| *length <= LARGEST)?;
    Some(answer.get(end + 4..end + 4 + length))
}

fn token_of(body: &[u8]) -> Option<Secret> {
    let mut body: serde_json::Value = serde_json::from_slice(body).ok()?;
    match body["access_token"].take() {
        serde_json::Value::String(token) if !token.is_empty() => Some(Secret::new(token)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_plain_question_is_asked_quickly() {
        for (args, asked) in [
            (&["token"][..], Some("")),
            (&["token", "upstox"], Some("?account=upstox")),
            (&["token", "--min-valid", "2h", "upstox"], Some("?min_validity=7200&account=upstox")),
            (&["token", "--min-valid", "1500ms"], Some("?min_validity=2")),
            (&["token", "--min-valid", "0s"], Some("?min_validity=0")),
            (&["token", "upstox", "dhan"], None),
            (&["token", "--json"], None),
            (&["token", "--min-valid", "soon"], None),
            (&["token", "--min-valid"], None),
            (&["token", "-h"], None),
            (&["status"], None),
            (&[], None),
        ] {
            assert_eq!(query(args.iter().map(OsString::from)).as_deref(), asked, "{args:?}");
        }
    }

    #[test]
    fn the_whole_program_is_beside_this_one_or_in_the_packages_own_folder() {
        let [beside, packaged] = whole_programs(Path::new("/usr/bin/daypass"));
        assert_eq!(beside, Path::new("/usr/bin/daypass-full"));
        assert_eq!(packaged, Path::new("/usr/bin/../lib/daypass/daypass-full"));
    }

    /// Arrives in pieces of so many bytes.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let (piece, rest) = self.0.split_at(self.1.min(self.0.len()).min(into.len()));
            into[..piece.len()].copy_from_slice(piece);
            self.0 = rest;
            Ok(piece.len())
        }
    }

    #[test]
    fn a_long_token_comes_whole() {
        let token = "x".repeat(LARGEST - 200);
        let body = format!("{{\"access_token\":\"{token}\"}}");
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        for size in [1000, FIRST, LARGEST] {
            let found = token_in(&mut Pieces(answer.as_bytes(), size)).expect("a token");
            assert!(found.matches(token.as_bytes()), "in pieces of {size}");
        }
    }

    #[test]
    fn only_a_good_answer_is_one() {
        let good = "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{\"access_token\":\"marker-4711\"}and what comes next";
        for size in [1, 7, 46, 4096] {
            let token = token_in(&mut Pieces(good.as_bytes(), size)).expect("a token");
            assert!(token.matches(b"marker-4711"), "in pieces of {size}");
        }
        for bad in [
            "HTTP/1.1 410 Gone\r\ncontent-length: 30\r\n\r\n{\"access_token\":\"marker-4711\"}",
            "HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n{\"access_token\":\"mar",
            "HTTP/1.1 200 OK\r\n\r\n{\"access_token\":\"marker-4711\"}",
            "HTTP/1.1 200 OK\r\ncontent-length: 999999\r\n\r\n{\"access_token\":\"marker-4711\"}",
            "HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n{\"access_token\":\"\"}",
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
            "HTTP/1.1 200 OK",
            "",
        ] {
            assert!(token_in(&mut Pieces(bad.as_bytes(), 10)).is_none(), "{bad:?}");
        }
        assert!(token_in(&mut Pieces(&[b'x'; 2 * LARGEST], 4096)).is_none(), "an answer without an end");
    }
}
