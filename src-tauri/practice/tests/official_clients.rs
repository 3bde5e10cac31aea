//! Upstox's official clients, for Python and for JavaScript, against this broker: what they send it understands, and
//! what it sends they understand.

use daypass_practice::{JournalEntry, Options, Practice};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::Command;

/// Both load slowly on a busy machine; this only ends a test that hangs.
const LIMIT: Duration = Duration::from_secs(120);

fn sdk() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sdk")
}

/// Runs one script, and gives what the broker was asked.
async fn walk(program: &Path, script: &str, (needed, what): (PathBuf, &str)) -> Vec<JournalEntry> {
    assert!(needed.exists(), "the official {what} client is not installed in tests/sdk; run `make setup` first");
    let practice = Practice::start(Options::default()).await.expect("a broker");
    let command = Command::new(program)
        .arg(script)
        .current_dir(sdk())
        .env("PRACTICE_URL", practice.url().as_str())
        // A proxy of this machine's user has nothing to do with loopback.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(LIMIT, command).await.expect("an end within the limit");
    let output =
        output.unwrap_or_else(|error| panic!("{} does not start ({error}); run `make setup` first", program.display()));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script} ended with {}:\n{said}", output.status);
    assert!(said.contains("client agrees"), "{said}");
    practice.journal()
}

fn asked(journal: &[JournalEntry]) -> Vec<(&str, &str, Option<u16>)> {
    journal.iter().map(|entry| (entry.method.as_str(), entry.path.as_str(), entry.status)).collect()
}

/// What both scripts do.
const WALK: &[(&str, &str, Option<u16>)] = &[
    ("POST", "/v2/login/authorization/dialog", Some(302)),
    ("POST", "/v2/login/authorization/token", Some(200)),
    ("POST", "/v2/login/authorization/token", Some(400)),
    ("GET", "/v2/user/profile", Some(200)),
    ("GET", "/v2/market/holidays", Some(200)),
    ("GET", "/v2/market/timings/2026-11-17", Some(200)),
    ("GET", "/v2/market/status/NSE", Some(200)),
    ("DELETE", "/v2/logout", Some(200)),
    ("GET", "/v2/user/profile", Some(401)),
];

#[tokio::test]
async fn the_python_client_agrees() {
    let python = sdk().join(if cfg!(windows) { ".venv/Scripts/python.exe" } else { ".venv/bin/python" });
    let journal = walk(&python, "login.py", (python.clone(), "Python")).await;
    assert_eq!(asked(&journal), WALK);
    assert!(
        journal.iter().any(|entry| entry.user_agent.as_deref().is_some_and(|name| name.contains("Swagger-Codegen")))
    );
}

#[tokio::test]
async fn the_javascript_client_agrees() {
    let package = sdk().join("node_modules/upstox-js-sdk/package.json");
    let journal = walk(Path::new("node"), "login.mjs", (package, "JavaScript")).await;
    assert_eq!(asked(&journal), WALK);
}
