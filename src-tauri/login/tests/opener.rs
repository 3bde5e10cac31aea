//! The platform's own way to open a browser, with the platform's command replaced by a script.
#![cfg(target_os = "linux")]

use daypass_login::{Opener, SystemOpener};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use url::Url;

const ADDRESS: &str = "https://broker.example/dialog?client_id=x&state=marker-state";

/// Not a test by itself: a process whose PATH the others choose.
#[tokio::test]
#[ignore = "started by the others with a PATH of their own"]
async fn child_that_opens() {
    if std::env::var_os("OPENER_TEST_OUT").is_none() {
        return;
    }
    let result = SystemOpener.open(&Url::parse(ADDRESS).expect("an address")).await;
    match result {
        Ok(()) => println!("\nresult=opened"),
        Err(problem) => println!("\nresult={} {problem}", problem.code),
    }
}

/// What the child said, and what the launcher was given.
fn open_with(launcher: Option<&str>) -> (String, Option<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, program) = (folder.path().join("out"), folder.path().join("xdg-open"));
    if let Some(script) = launcher {
        fs::write(&program, script).expect("written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("made executable");
    }
    let child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "child_that_opens", "--ignored", "--nocapture"])
        .env("PATH", folder.path())
        .env("OPENER_TEST_OUT", &out)
        .env("UPSTOX_CLIENT_SECRET", "marker-secret")
        .env("DAYPASS_PASSPHRASE", "marker-passphrase")
        .output()
        .expect("a child");
    let said = String::from_utf8_lossy(&child.stdout).into_owned();
    let result = said.lines().find_map(|line| line.strip_prefix("result=")).unwrap_or_default().to_owned();
    (result, fs::read_to_string(out).ok())
}

#[test]
fn the_launcher_gets_the_whole_address() {
    let (result, given) = open_with(Some("#!/bin/sh\nprintf %s \"$1\" > \"$OPENER_TEST_OUT\"\n"));
    assert_eq!((result.as_str(), given.as_deref()), ("opened", Some(ADDRESS)));
}

#[test]
fn the_launcher_inherits_no_secret() {
    let (result, given) = open_with(Some("#!/bin/sh\nexport -p > \"$OPENER_TEST_OUT\"\n"));
    let given = given.expect("an environment");
    assert_eq!(result, "opened");
    assert!(given.contains("OPENER_TEST_OUT"), "what is no secret is there: {given}");
    assert!(!given.contains("marker-"), "{given}");
}

#[test]
fn a_failure_is_told_in_words_without_the_address() {
    for (launcher, expected) in [
        (None, "no_browser No program on this computer opens web addresses. "),
        (Some("#!/bin/sh\nexit 3\n"), "browser_failed The browser did not open. "),
    ] {
        let (result, _) = open_with(launcher);
        assert!(result.starts_with(expected), "{result}");
        assert!(result.ends_with("Copy the link and open it in a browser yourself."), "{result}");
        assert!(!result.contains("marker-"), "{result}");
    }
}
