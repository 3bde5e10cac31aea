//! What Prometheus reads, checked by its own tool, and the alert rules and the dashboard in `docs/`.
//!
//! The invariant: a metric that a rule or a panel names exists. What this is not: a Prometheus server; none is started.
#![cfg(unix)]

mod owner;

use owner::broker::{Broker, signed_in};
use owner::command;
use owner::service::{JSON, talk, write_config};
use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// As `make setup` unpacks it, or from the PATH.
fn promtool(args: &[&str]) -> Command {
    let unpacked = root().join("target/tools/bin/promtool");
    let mut promtool = Command::new(if unpacked.exists() { unpacked } else { "promtool".into() });
    promtool.args(args).current_dir(root().join("docs/prometheus"));
    promtool
}

fn passes(output: &Output) {
    let said = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat();
    assert!(output.status.success(), "{said}");
}

/// Of a service that has signed in, handed a token out and heard a report.
fn metrics() -> String {
    let home = tempfile::tempdir().expect("a folder");
    let broker = Broker::start(home.path());
    write_config(home.path());
    let _service = broker.serve(home.path());
    signed_in(home.path());
    for args in [&["token", "--bot", "screener"][..], &["wait"], &["report-invalid", "--generation", "1"]] {
        passes(&command(home.path(), args).output().expect("it runs"));
    }
    let socket = UnixStream::connect(home.path().join("run/daypass.sock")).expect("the socket");
    let answer = talk(socket, "GET", "/metrics", JSON, "");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
    assert!(head.contains("content-type: text/plain; version=0.0.4"), "{head}");
    body.to_owned()
}

#[test]
fn the_metrics_are_good_ones_and_tell_what_has_happened() {
    let text = metrics();
    let mut checker = promtool(&["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool");
    checker.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("written");
    let output = checker.wait_with_output().expect("its end");
    passes(&output);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "and nothing to mend");
    for line in [
        r#"daypass_token_valid{account="upstox",broker="upstox"} 1"#,
        r#"daypass_token_generation{account="upstox",broker="upstox"} 1"#,
        r#"daypass_refresh_total{account="upstox",result="signed_in"} 1"#,
        r#"daypass_handout_total{account="upstox",bot="screener"} 1"#,
        r#"daypass_report_invalid_total{account="upstox"} 1"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in:\n{text}");
    }
    let handed = text.lines().filter(|line| line.starts_with("daypass_handout_total{"));
    assert_eq!(handed.count(), 1, "whoever waits has seen no token:\n{text}");
    for name in ["daypass_token_expiry_timestamp_seconds", "daypass_ready", "daypass_probe_duration_seconds_count"] {
        assert!(text.contains(&format!("\n{name}")), "{name} is missing in:\n{text}");
    }
    let named = named_in_docs();
    assert!(named.len() > 8, "{named:?}");
    for name in named {
        assert!(text.contains(&format!("# TYPE {name} ")), "docs/prometheus names {name}, which is no metric");
    }
}

/// Every metric that rules and panels are about, without the endings of a histogram.
fn named_in_docs() -> BTreeSet<String> {
    let texts = ["alerts.yml", "grafana-dashboard.json"]
        .map(|file| std::fs::read_to_string(root().join("docs/prometheus").join(file)).expect("a file"));
    let texts = texts.concat();
    let words = texts.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let metrics = words.filter(|word| word.starts_with("daypass_"));
    let histogram =
        |word: &str| ["_bucket", "_sum", "_count"].iter().find_map(|end| word.strip_suffix(end)).map(Into::into);
    metrics.map(|word| histogram(word).unwrap_or_else(|| word.to_owned())).collect()
}

#[test]
fn the_alert_rules_are_sound_and_fire_when_they_must() {
    passes(&promtool(&["check", "rules", "alerts.yml"]).output().expect("promtool"));
    passes(&promtool(&["test", "rules", "alerts.test.yml"]).output().expect("promtool"));
}

#[test]
fn the_dashboard_is_json_with_a_query_in_each_panel() {
    let text = std::fs::read_to_string(root().join("docs/prometheus/grafana-dashboard.json")).expect("a file");
    let dashboard: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    assert!(panels.iter().all(|panel| panel["targets"][0]["expr"].as_str().is_some_and(|expr| !expr.is_empty())));
}
