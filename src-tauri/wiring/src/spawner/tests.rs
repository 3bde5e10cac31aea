//! Real programs: what they are given, what they see of us, and how they are ended.

use super::*;
use rustix::fs::{FlockOperation, flock};
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

fn order(script: &str) -> Order {
    Order {
        program: "sh".to_owned(),
        args: vec!["-c".to_owned(), script.to_owned()],
        env: vec![("GIVEN".to_owned(), Zeroizing::new("given-value".to_owned()))],
        input: Zeroizing::new(b"from-stdin\n".to_vec()),
        limit: Duration::from_secs(30),
    }
}

async fn run(folder: &Path, order: Order) -> std::io::Result<Run> {
    Programs { folder: folder.to_owned() }.run(order).await
}

#[tokio::test]
async fn a_program_gets_its_input_and_variables_and_none_of_our_secrets() {
    const NAME: &str = "spawner::tests::a_program_gets_its_input_and_variables_and_none_of_our_secrets";
    if std::env::var_os("DAYPASS_TEST_ALONE").is_none() {
        // The environment of this very process cannot be changed: a child has one with secrets in it.
        let mut again = std::process::Command::new(std::env::current_exe().expect("this test"));
        again.args([NAME, "--exact"]).env("DAYPASS_TEST_ALONE", "1").env("UPSTOX_CLIENT_SECRET", "s3cret");
        again.env("DAYPASS_PASSPHRASE", "s3cret").env("CREDENTIALS_DIRECTORY", "s3cret").env("HARMLESS", "kept");
        let output = again.output().expect("a child");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let script = "read -r line; echo \"$line\" > seen; env >> seen; cat >> seen; pwd >> seen";
    let done = run(folder.path(), order(script)).await.expect("started");
    assert_eq!(done, Run { ended: Ended::Status(0), complaint: String::new() });
    let seen = std::fs::read_to_string(folder.path().join("seen")).expect("a file");
    for line in ["from-stdin", "GIVEN=given-value", "HARMLESS=kept"] {
        assert!(seen.lines().any(|seen| seen == line), "{line} is missing:\n{seen}");
    }
    assert!(!seen.contains("s3cret") && !seen.contains("DAYPASS_"), "{seen}");
}

#[tokio::test]
async fn how_it_ended_is_told_with_the_end_of_its_complaint() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = "i=0; while [ $i -lt 9000 ]; do echo 'a complaint without end' >&2; i=$((i+1)); done; echo last >&2";
    for (script, ended, complaint) in [
        ("echo shown; exit 3", Ended::Status(3), ""),
        ("echo why >&2; exit 1", Ended::Status(1), "why\n"),
        ("kill -TERM $$", Ended::Signal(15), ""),
        ("exec <&-; exit 0", Ended::Status(0), ""),
        (long, Ended::Status(0), "last\n"),
    ] {
        let done = run(folder.path(), order(script)).await.expect("started");
        assert_eq!(done.ended, ended, "{script}");
        assert!(done.complaint.ends_with(complaint) && done.complaint.len() <= COMPLAINT, "{}", done.complaint.len());
    }
    let input = Zeroizing::new(vec![b'x'; 1_000_000]);
    let done = run(folder.path(), Order { input, ..order("exit 0") }).await.expect("started");
    assert_eq!(done.ended, Ended::Status(0), "it reads nothing of a long input");
    let none = Order { program: "no-such-program-here".to_owned(), ..order("") };
    assert_eq!(run(folder.path(), none).await.expect_err("none").kind(), std::io::ErrorKind::NotFound);
}

/// Whether nobody holds the lock: the kernel gives it back with the end of the last process.
fn is_free(file: &Path) -> bool {
    flock(std::fs::File::open(file).expect("a file"), FlockOperation::NonBlockingLockExclusive).is_ok()
}

/// Waits until it is free.
async fn free(file: &Path) {
    let file = std::fs::File::open(file).expect("a file");
    blocking(move || flock(file, FlockOperation::LockExclusive).expect("a lock")).await;
}

/// Waits for another process, with a limit.
async fn blocking<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::time::timeout(Duration::from_secs(20), tokio::task::spawn_blocking(act)).await;
    done.expect("in time").expect("an end")
}

/// Takes a lock that only its end gives back, hands it to a child of its own, and hangs.
const HANGS: &str = "exec 9>held; flock 9; (trap '' TERM; : > ready; sleep 600) & wait";

#[tokio::test]
async fn a_program_that_hangs_is_ended_with_what_it_has_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let hangs = Order { limit: Duration::from_secs(1), ..order(HANGS) };
    let done = run(folder.path(), hangs).await.expect("started");
    assert_eq!(done.ended, Ended::TooLate);
    assert!(folder.path().join("ready").exists(), "its child ran");
    free(&folder.path().join("held")).await;
}

#[tokio::test]
async fn a_program_that_nobody_waits_for_any_more_is_ended_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let (place, held) = (folder.path().to_owned(), folder.path().join("held"));
    let ready = folder.path().join("ready");
    assert!(std::process::Command::new("mkfifo").arg(&ready).status().expect("a program").success());
    let waiting = tokio::spawn(async move { run(&place, order(HANGS)).await });
    blocking(move || std::fs::read(ready).expect("a pipe")).await;
    assert!(!is_free(&held));
    waiting.abort();
    free(&held).await;
}

#[tokio::test]
async fn what_a_program_leaves_running_runs_on_and_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (held, end) = (folder.path().join("held"), folder.path().join("end"));
    assert!(std::process::Command::new("mkfifo").arg(&end).status().expect("a program").success());
    let done = run(folder.path(), order("exec 9>held; flock 9; (: < end) & exit 0")).await.expect("started");
    assert_eq!(done.ended, Ended::Status(0));
    assert!(!is_free(&held), "it runs");
    blocking(move || std::fs::write(end, "").expect("a pipe")).await;
    free(&held).await;
}
