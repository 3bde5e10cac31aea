//! `daypass serve` where things are not as they should be: what a crash left behind, a folder that cannot be used, a
//! second start, settings that are broken for a moment, a port that somebody else has.
#![cfg(unix)]

mod owner;

use owner::service::{Service, free_port, post, serve, write_config};
use owner::{command, text};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

#[test]
fn what_a_crash_left_behind_is_no_hindrance_and_all_folders_are_closed() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(home.path().join("run")).expect("a folder");
    drop(std::os::unix::net::UnixListener::bind(home.path().join("run/daypass.sock")).expect("a socket"));
    std::fs::create_dir_all(home.path().join("data")).expect("a folder");
    std::fs::write(home.path().join("data/daypass.lock"), "1\n").expect("an old lock");
    let _service = Service::start(home.path());
    let output = command(home.path(), &["status"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for folder in ["data", "state", "run"] {
        assert_eq!(mode(&home.path().join(folder)), 0o700, "{folder}");
    }
    for file in std::fs::read_dir(home.path().join("state")).expect("a folder").flatten() {
        assert_eq!(mode(&file.path()), 0o600, "{}", file.path().display());
    }
}

#[test]
fn a_terminal_with_another_runtime_folder_finds_the_owner() {
    let home = tempfile::tempdir().expect("a folder");
    let runtime = home.path().join("runtime");
    std::fs::create_dir(&runtime).expect("a folder");
    let mut owner = serve(home.path());
    owner.env_remove("DAYPASS_HOME").env("HOME", home.path()).env("XDG_RUNTIME_DIR", &runtime);
    let _service = Service::until(owner, "Sign in:");
    assert!(runtime.join("daypass/daypass.sock").exists(), "the owner is there");
    let mut status = command(home.path(), &["status"]);
    let output = status.env_remove("DAYPASS_HOME").env("HOME", home.path()).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_second_start_says_who_runs_in_one_sentence() {
    let home = tempfile::tempdir().expect("a folder");
    let _service = Service::start(home.path());
    let output = command(home.path(), &["serve"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("runs already") && said.contains("DAYPASS_HOME"), "{said}");
}

#[test]
fn a_home_that_cannot_be_used_is_one_sentence() {
    let root = tempfile::tempdir().expect("a folder");
    let file = root.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let output = command(root.path(), &["serve"]).env("DAYPASS_HOME", &file).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains(&file.display().to_string()) && said.contains("Set DAYPASS_HOME"), "{said}");
}

#[test]
fn a_secret_in_a_file_is_copied_and_its_line_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    let with_secret = write_config(home.path());
    let service = Service::start(home.path());
    let output = command(home.path(), &["keep-secret"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("config.yaml line 3") && !said.contains("marker-secret"), "{said}");
    // The line is deleted, and the next start still has the secret.
    drop(service);
    with_secret.without_its_line();
    let _service = Service::start(home.path());
    let output = command(home.path(), &["sign-in", "--no-browser", "--wait", "0s"]).output().expect("it runs");
    assert!(text(&output.stdout).starts_with("https://"), "{} {}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn an_account_that_vanishes_from_the_file_for_a_moment_keeps_what_is_stored() {
    let home = tempfile::tempdir().expect("a folder");
    let config = write_config(home.path());
    let _service = Service::start(home.path());
    assert!(command(home.path(), &["keep-secret"]).output().expect("it runs").status.success());
    let sealed = || std::fs::read_dir(home.path().join("data/vault")).expect("a folder").flatten().count();
    let before = sealed();
    std::fs::write(&config.file, "upstox: [\n").expect("a file");
    // Any change of a setting reads everything again.
    let change = r#"{"lead_minutes":30}"#;
    let answer = post(&home.path().join("run/daypass.sock"), "/api/settings", change);
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    let listed = || text(&command(home.path(), &["accounts"]).output().expect("it runs").stdout);
    assert!(listed().starts_with("upstox"), "it runs on");
    std::fs::write(&config.file, "attempts: 4\n").expect("a file");
    let answer = post(&home.path().join("run/daypass.sock"), "/api/settings", change);
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    owner::wait("it is gone from the list", || listed().is_empty());
    config.without_its_line();
    let answer = post(&home.path().join("run/daypass.sock"), "/api/settings", change);
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    owner::wait("it is back", || listed().starts_with("upstox"));
    assert_eq!(sealed(), before, "nothing was erased");
    let output = command(home.path(), &["sign-in", "--no-browser", "--wait", "0s"]).output().expect("it runs");
    assert!(text(&output.stdout).starts_with("https://"), "the secret is there: {}", text(&output.stderr));
}

#[test]
fn the_dashboard_is_the_one_that_was_opened() {
    let home = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let other = std::net::TcpListener::bind(("127.0.0.1", port)).expect("a port");
    let dashboard = || command(home.path(), &["dashboard", "--no-browser"]).output().expect("it runs");
    let with_door = || {
        let mut serve = serve(home.path());
        serve.env_remove("DAYPASS_API_ENABLED");
        Service::until(serve, "Sign in:").0
    };
    std::fs::create_dir(home.path().join("config")).expect("a folder");
    let config = |text: &str| std::fs::write(home.path().join("config/config.yaml"), text).expect("a file");
    config(&format!("api:\n  port: {port}\n"));

    let service = with_door();
    let said = dashboard();
    assert_eq!((said.status.code(), text(&said.stdout)), (Some(1), String::new()), "another program has the port");
    assert!(text(&said.stderr).contains(&format!("Port {port} is taken by")), "{}", text(&said.stderr));
    drop((service, other));

    let service = with_door();
    config("api:\n  port: 9\n");
    let link = text(&dashboard().stdout);
    let key = link.trim_end().strip_prefix(&format!("http://127.0.0.1:{port}/dashboard/#session="));
    assert!(key.is_some_and(|key| key.len() == 43), "the file counts later: {link}");
    assert_ne!(text(&dashboard().stdout), link, "each link is another one");
    drop(service);

    config("api:\n  enabled: false\n");
    let _service = with_door();
    let said = dashboard();
    assert_eq!(said.status.code(), Some(1));
    assert!(text(&said.stderr).contains("Set api.enabled to true"), "{}", text(&said.stderr));
}

#[test]
fn an_empty_display_is_none() {
    let home = tempfile::tempdir().expect("a folder");
    write_config(home.path());
    let opener = home.path().join("xdg-open");
    std::fs::write(&opener, "#!/bin/sh\n").expect("a file");
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).expect("a program");
    for (display, is_opened) in [("", false), (":0", true)] {
        let mut owner = serve(home.path());
        owner.env("DISPLAY", display).env("WAYLAND_DISPLAY", "").env("PATH", home.path());
        let _service = Service::until(owner, "Sign in:");
        let output = command(home.path(), &["refresh", "--wait", "0s"]).output().expect("it runs");
        let has_address = text(&output.stdout).starts_with("https://");
        assert_eq!(has_address, !is_opened, "DISPLAY=\"{display}\": {}", text(&output.stderr));
    }
}
