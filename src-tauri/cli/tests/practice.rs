//! `daypass practice`: what it prints, the faults that it starts with, and those that it is told while it runs.
#![cfg(unix)]

mod owner;

use owner::{command, text};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};

/// A broker that is ended with the test, and the lines that it has printed.
struct Broker(Child, Vec<String>);

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Broker {
    fn start(home: &Path, args: &[&str]) -> Self {
        let mut command = command(home, &[&["practice", "--port", "0"], args].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it runs");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut lines = Vec::new();
        for line in out.lines().map(|line| line.expect("a line")) {
            lines.push(line);
            if lines.last().is_some_and(|line| line.starts_with("Practice broker:")) {
                break;
            }
        }
        Self(child, lines)
    }

    /// The value behind a label.
    fn says(&self, label: &str) -> &str {
        let line = self.1.iter().find_map(|line| line.strip_prefix(label)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("{label} in {:?}", self.1)).trim()
    }

    fn host(&self) -> &str {
        self.says("Practice broker").trim_start_matches("http://").trim_end_matches('/')
    }

    fn port(&self) -> &str {
        self.host().rsplit_once(':').expect("a port").1
    }

    /// The status with which it answers a question for the profile.
    fn profile(&self) -> String {
        let mut line = TcpStream::connect(self.host()).expect("the broker");
        write!(line, "GET /v2/user/profile HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        line.read_to_string(&mut answer).expect("an answer");
        answer.split(' ').nth(1).expect("a status").to_owned()
    }
}

#[test]
fn whoever_starts_it_sees_what_it_accepts_and_where_it_is_told_things() {
    let home = tempfile::tempdir().expect("a folder");
    let redirect = "http://localhost:5001/callback";
    let args = ["--client-id", "my-key", "--client-secret", "my-secret", "--redirect-uri", redirect];
    let broker = Broker::start(home.path(), &args);
    for (label, value) in [("Client id", "my-key"), ("Client secret", "my-secret"), ("Redirect URI", redirect)] {
        assert_eq!(broker.says(label), value);
    }
    assert_eq!(broker.says("Control URL"), format!("http://{}/practice/control", broker.host()));
    let anybody = Broker::start(home.path(), &[]);
    assert_eq!((anybody.says("Client id"), anybody.says("Client secret")), ("any", "any"));
}

#[test]
fn faults_wait_from_the_start_and_more_are_told() {
    let home = tempfile::tempdir().expect("a folder");
    let broker = Broker::start(home.path(), &["--fault", "profile:503", "--fault", "profile:429/5"]);
    assert_eq!([broker.profile(), broker.profile(), broker.profile()], ["503", "429", "401"]);
    for (word, status) in [("profile:500", "500"), ("revoke", "401")] {
        let output = command(home.path(), &["practice", "--port", broker.port(), "--tell", word]).output().expect("it");
        assert_eq!(output.status.code(), Some(0), "{word}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout).lines().count(), 1, "{word}");
        assert_eq!(broker.profile(), status, "{word}");
    }
}

#[test]
fn what_cannot_be_told_has_its_exit_code_and_sentence() {
    let home = tempfile::tempdir().expect("a folder");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port().to_string();
    for (sentence, args, exit, said) in [
        ("nobody there", vec!["--tell", "revoke"], 3, "No practice broker answers on port"),
        ("no fault", vec!["--fault", "profile"], 2, "ROUTE:WHAT"),
        ("no such route", vec!["--fault", "orders:503"], 2, "oauth2/userinfo"),
        ("no such word", vec!["--tell", "explode"], 2, "or write revoke alone"),
        ("two things at once", vec!["--tell", "revoke", "--fault", "profile:503"], 2, "cannot be used with"),
    ] {
        let output = command(home.path(), &["practice", "--port", &port]).args(args).output().expect("it runs");
        assert_eq!(output.status.code(), Some(exit), "{sentence}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains(said), "{sentence}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "", "{sentence}");
    }
}
