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
use std::path::Path;
use std::time::Duration;

/// An owner that needs longer is asked in the ordinary way.
const PATIENCE: Duration = Duration::from_secs(2);
/// No answer with a token is larger.
const LARGEST: u64 = 64 * 1024;

/// The token, if the command line asks for nothing but that and there is one.
pub(crate) fn token(args: impl Iterator<Item = OsString>) -> Option<Secret> {
    let query = query(args)?;
    daypass_wiring::sockets().into_iter().find_map(|socket| ask(&socket, &query))
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
            "--min-valid" => ("min_validity", crate::args::span(args.next()?.to_str()?).ok()?.as_secs().to_string()),
            account => ("account", AccountId::new(account).ok()?.to_string()),
        };
        if query.contains(key) {
            return None;
        }
        query.extend([if query.is_empty() { "?" } else { "&" }, key, "=", &value]);
    }
    Some(query)
}

fn ask(socket: &Path, query: &str) -> Option<Secret> {
    let mut line = UnixStream::connect(socket).ok()?;
    // Nothing is asked of another user's program.
    if socket_peercred(&line).ok()?.uid != rustix::process::geteuid() {
        return None;
    }
    line.set_read_timeout(Some(PATIENCE)).ok()?;
    let question = format!("GET /api/token{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    line.write_all(question.as_bytes()).ok()?;
    let mut answer = Vec::with_capacity(4096);
    line.take(LARGEST).read_to_end(&mut answer).ok()?;
    read(&answer)
}

/// The token in a good answer.
fn read(answer: &[u8]) -> Option<Secret> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    if !head.starts_with("HTTP/1.1 200 ") {
        return None;
    }
    let mut body: serde_json::Value = serde_json::from_slice(&answer[end + 4..]).ok()?;
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
    fn only_a_good_answer_is_one() {
        let good = "HTTP/1.1 200 OK\r\ncontent-length: 29\r\n\r\n{\"access_token\":\"marker-4711\"}";
        assert!(read(good.as_bytes()).is_some_and(|token| token.matches(b"marker-4711")));
        for bad in [
            "HTTP/1.1 410 Gone\r\n\r\n{\"access_token\":\"marker-4711\"}",
            "HTTP/1.1 200 OK\r\n\r\n{\"access_token\":\"mar",
            "HTTP/1.1 200 OK\r\n\r\n{\"access_token\":\"\"}",
            "HTTP/1.1 200 OK\r\n\r\n{}",
            "HTTP/1.1 200 OK",
            "",
        ] {
            assert!(read(bad.as_bytes()).is_none(), "{bad:?}");
        }
    }
}
