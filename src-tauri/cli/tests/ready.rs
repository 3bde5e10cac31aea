//! Ready before the market opens, in the terminal: the doctor, the ledger and the calendar, through the built program.
//!
//! The invariant: what is said of the next session is the same in every place. What this is not: the table of what is
//! ready and why; that is beside the rule.
#![cfg(unix)]

mod owner;

use owner::broker::{Broker, signed_in};
use owner::service::write_config;
use owner::{command, text};
use std::net::TcpListener;
use std::path::Path;

fn json(home: &Path, args: &[&str]) -> serde_json::Value {
    let output = command(home, args).output().expect("it runs");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

#[test]
fn the_doctor_names_who_holds_the_port_and_says_what_status_says() {
    let home = tempfile::tempdir().expect("a folder");
    let broker = Broker::start(home.path());
    let config = write_config(home.path());
    let _service = broker.serve(home.path());
    let port = config.port();
    let held = TcpListener::bind(("127.0.0.1", port)).expect("the port of the redirect URI");

    let output = command(home.path(), &["doctor"]).output().expect("it runs");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains(&format!("Port {port} is taken by ")), "{said}");
    assert!(said.contains("not ready") && said.contains("credentials  complete"), "{said}");
    drop(held);

    signed_in(home.path());
    let doctor = json(home.path(), &["doctor", "--json"]);
    let status = json(home.path(), &["status", "--json"]);
    assert_eq!(doctor["readiness"]["state"], status["readiness"]["state"]);
    let port = doctor["check"]["findings"].as_array().expect("findings").first().expect("the port").clone();
    assert_eq!((port["aspect"].as_str(), port["problem"].is_null()), (Some("port"), true), "free again: {port}");
}

#[test]
fn the_ledger_tells_what_happened_after_a_restart_and_holds_no_token() {
    let home = tempfile::tempdir().expect("a folder");
    let broker = Broker::start(home.path());
    write_config(home.path());
    let mut service = broker.serve(home.path());
    signed_in(home.path());
    let token = text(&command(home.path(), &["token"]).output().expect("it runs").stdout);
    let id = service.0.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
    assert!(service.0.wait().expect("its end").success());

    let _service = broker.serve(home.path());
    let page = json(home.path(), &["history", "--json"]);
    let happened: Vec<_> = page["entries"].as_array().expect("lines").iter().map(|line| &line["happened"]).collect();
    for name in ["started", "signed_in", "probed", "handed_out"] {
        assert!(happened.iter().any(|happened| *happened == name), "{name}: {happened:?}");
    }
    let lines = text(&command(home.path(), &["history"]).output().expect("it runs").stdout);
    assert!(lines.contains("Signed in as AB1234"), "{lines}");
    let csv = text(&command(home.path(), &["history", "--csv"]).output().expect("it runs").stdout);
    assert!(csv.starts_with("at,account,happened,"), "{csv}");
    let wrong = command(home.path(), &["history", "--kind", "nonsense"]).output().expect("it runs");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("Allowed: started, "), "{}", text(&wrong.stderr));

    let token = token.trim().as_bytes();
    for file in std::fs::read_dir(home.path().join("state")).expect("a folder").flatten() {
        let Ok(bytes) = std::fs::read(file.path()) else { continue };
        assert!(!bytes.windows(token.len()).any(|part| part == token), "{}", file.path().display());
    }
}

#[test]
fn the_brokers_calendar_is_kept_with_its_date() {
    let home = tempfile::tempdir().expect("a folder");
    let broker = Broker::start(home.path());
    write_config(home.path());
    let _service = broker.serve(home.path());
    let kept = || {
        let files = std::fs::read_dir(home.path().join("state/calendars")).ok()?;
        files.flatten().map(|file| file.path()).find(|file| file.extension().is_some_and(|end| end == "json"))
    };
    owner::wait("the calendar is kept", || kept().is_some());
    let kept = std::fs::read(kept().expect("a file")).expect("it can be read");
    let kept: serde_json::Value = serde_json::from_slice(&kept).expect("JSON");
    assert_eq!(kept["source"], "broker");
    assert!(kept["fetched_at"].is_string());
}

#[test]
fn the_brokers_clock_is_used_and_the_difference_told() {
    let home = tempfile::tempdir().expect("a folder");
    let broker = Broker::with(home.path(), &["--fault", "*:ahead=7200:always"]);
    write_config(home.path());
    let _service = broker.serve(home.path());
    let before = json(home.path(), &["doctor", "--json"]);
    signed_in(home.path());
    let doctor = json(home.path(), &["doctor", "--json"]);
    let at = |doctor: &serde_json::Value| {
        let at = doctor["check"]["at"].as_str().expect("a time").parse::<chrono::DateTime<chrono::Utc>>();
        at.expect("a moment")
    };
    let jump = (at(&doctor) - at(&before)).num_seconds();
    assert!((7190..7300).contains(&jump), "the program goes by the broker's clock: {jump} s");
    let findings = doctor["check"]["findings"].as_array().expect("findings");
    let clock = findings.iter().find(|finding| finding["aspect"] == "clock").expect("the clock");
    assert_eq!(clock["seen"], "This computer's clock is 2 h 0 min slow.");
}
