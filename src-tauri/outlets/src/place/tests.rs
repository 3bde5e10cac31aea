//! What may be written where, what a crash leaves, and what all tests of outlets share.

use super::*;
use crate::command::{Order, Run, Spawner};
use crate::{Parcel, Ports};
use async_trait::async_trait;
use chrono::DateTime;
use daypass_domain::{AccountId, Generation, Moment, Secret};
use std::sync::LazyLock;

fn moment(seconds: i64) -> Moment {
    DateTime::from_timestamp(seconds, 0).expect("a moment")
}

/// A token of an account at Upstox.
pub(crate) fn parcel(token: &str) -> Parcel {
    Parcel {
        account: AccountId::new("upstox").expect("an id"),
        label: "Upstox".into(),
        broker: "upstox".into(),
        env: "UPSTOX_ACCESS_TOKEN".into(),
        token: Secret::new(token),
        generation: Generation(7),
        issued_at: moment(1_790_000_000),
        ends: Some(moment(1_790_030_000)),
    }
}

/// Ends as it was told to, and keeps what it was asked.
pub(crate) struct Scripted {
    ends: Result<Run, ErrorKind>,
    asked: Mutex<Option<Order>>,
}

impl Scripted {
    pub(crate) fn ending(ends: Result<Run, ErrorKind>) -> Self {
        Self { ends, asked: Mutex::default() }
    }

    pub(crate) fn order(&self) -> Order {
        self.asked.lock().expect("no panic").take().expect("it was asked")
    }
}

#[async_trait]
impl Spawner for Scripted {
    async fn run(&self, order: Order) -> io::Result<Run> {
        *self.asked.lock().expect("no panic") = Some(order);
        self.ends.clone().map_err(Into::into)
    }
}

static NOBODY: LazyLock<Scripted> = LazyLock::new(|| Scripted::ending(Err(ErrorKind::NotFound)));
static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
});

pub(crate) fn ports() -> Ports<'static> {
    ports_with(&*NOBODY)
}

pub(crate) fn ports_with(spawner: &dyn Spawner) -> Ports<'_> {
    Ports { http: &CLIENT, spawner, now: moment(1_790_000_100) }
}

pub(crate) fn ports_over(http: &reqwest::Client) -> Ports<'_> {
    Ports { http, ..ports() }
}

/// What holds for every outlet that is a file: a token that was put there is missed as soon as it is not there as it was.
#[cfg(unix)]
pub(crate) async fn it_is_seen_when_a_file_is_changed(outlet: &dyn crate::Outlet, path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let new = parcel("new-token");
    assert!(!outlet.is_there(&new).await, "there is no file yet");
    type Change = fn(&Path) -> io::Result<()>;
    let changes: [(&str, Change); 6] = [
        ("taken away", |path| fs::remove_file(path)),
        ("emptied", |path| fs::write(path, "")),
        ("another token", |path| {
            let text = fs::read_to_string(path)?;
            fs::write(path, text.replace("new-token", "old-token"))
        }),
        ("no text", |path| fs::write(path, b"\xff\xfe")),
        ("open to others", |path| fs::set_permissions(path, Permissions::from_mode(0o644))),
        ("a link", |path| {
            let other = path.with_extension("other");
            fs::rename(path, &other)?;
            std::os::unix::fs::symlink(other, path)
        }),
    ];
    for (sentence, change) in changes {
        let _ = fs::remove_file(path);
        outlet.deliver(&new, ports()).await.expect("delivered");
        assert!(outlet.is_there(&new).await, "it was put there");
        assert!(!outlet.is_there(&parcel("newer-token")).await, "a newer one was not");
        change(path).expect("changed");
        assert!(!outlet.is_there(&new).await, "{sentence}");
    }
    fs::remove_file(path).expect("removed");
}

#[cfg(unix)]
pub(crate) fn mode(path: &Path) -> u32 {
    super::mode(&fs::metadata(path).expect("a file"))
}

#[cfg(unix)]
#[test]
fn a_folder_is_safe_where_nobody_else_can_swap_the_file() {
    for (sentence, mode, owner, me, safe) in [
        ("my own", 0o40_700, 1000, 1000, true),
        ("my own, and others may look", 0o40_755, 1000, 1000, true),
        ("the group may write", 0o40_770, 1000, 1000, false),
        ("everybody may write", 0o40_777, 1000, 1000, false),
        ("everybody may write, and nobody takes away another's", 0o41_777, 0, 1000, true),
        ("the system's", 0o40_755, 0, 1000, true),
        ("another user's", 0o40_755, 1001, 1000, false),
        ("another user's, for everybody", 0o41_777, 1001, 1000, false),
        ("another user's, and I am root", 0o40_755, 1001, 0, false),
    ] {
        assert_eq!(closed_to_others(mode, owner, me), safe, "{sentence}");
    }
}

#[cfg(unix)]
#[test]
fn a_place_where_no_token_belongs_is_refused_with_its_reason() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().expect("a folder");
    let at = |name: &str| root.path().join(name);
    fs::create_dir(at("open")).expect("a folder");
    fs::set_permissions(at("open"), Permissions::from_mode(0o777)).expect("a mode");
    fs::create_dir(at("folder")).expect("a folder");
    fs::write(at("real"), "precious").expect("a file");
    std::os::unix::fs::symlink(at("real"), at("link")).expect("a link");
    std::os::unix::fs::symlink(at("nowhere"), at("dangling")).expect("a link");
    std::os::unix::fs::symlink(at("folder"), at("way")).expect("a link");
    let pipe = at("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("a program").success());
    for (name, code, words) in [
        ("missing/token", "outlet_folder_missing", "There is no folder"),
        ("real/token", "outlet_file", "is no folder"),
        ("open/token", "outlet_folder_open", "Others may put files into"),
        ("folder", "outlet_file", "is no file"),
        ("link", "outlet_link", "is a symbolic link"),
        ("dangling", "outlet_link", "is a symbolic link"),
        ("pipe", "outlet_file", "is no file"),
        ("..", "outlet_file", "is no file"),
    ] {
        let problem = Place::at(&at(name)).expect_err(name);
        assert_eq!(problem.code, code, "{name}: {problem}");
        assert!(problem.what.contains(words) && !problem.todo.is_empty(), "{name}: {problem}");
    }
    assert_eq!(fs::read_to_string(at("real")).expect("a file"), "precious");
    Place::at(&at("way/token")).expect("a link to a folder of my own is the owner's choice");
}

#[test]
fn what_a_disk_says_becomes_a_sentence_and_the_old_content_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    fs::write(&file, "old").expect("a file");
    let place = Place::at(&file).expect("a place");
    for (kind, code) in [
        (ErrorKind::StorageFull, "disk_full"),
        (ErrorKind::QuotaExceeded, "disk_full"),
        (ErrorKind::ReadOnlyFilesystem, "disk_read_only"),
        (ErrorKind::PermissionDenied, "outlet_no_permission"),
        (ErrorKind::StaleNetworkFileHandle, "outlet_file"),
    ] {
        for step in [Step::Create, Step::Write, Step::Sync, Step::Rename] {
            let fails = |at| if at == step { Err(kind.into()) } else { Ok(()) };
            let error = place.steps(b"new", OWNER_ONLY, &fails).expect_err("it fails");
            let problem = trouble(&file, &error);
            assert_eq!(problem.code, code, "{kind} at {step:?}");
            assert!(problem.what.contains(&file.display().to_string()), "{problem}");
            assert_eq!(fs::read_to_string(&file).expect("a file"), "old", "{kind} at {step:?}");
            assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left of it");
        }
    }
}

const FILE: &str = "DAYPASS_TEST_FILE";
const STEP: &str = "DAYPASS_TEST_STEP";

/// Runs in a process of its own, which is killed at a step.
#[test]
fn a_child_that_is_killed() {
    let (Ok(file), Ok(step)) = (std::env::var(FILE), std::env::var(STEP)) else { return };
    let killed = |at: Step| {
        if format!("{at:?}") == step {
            std::process::abort();
        }
        Ok(())
    };
    let place = Place::at(Path::new(&file)).expect("a place");
    let done = place.steps(b"new", OWNER_ONLY, &killed);
    unreachable!("{done:?}: it was to be killed at {step}");
}

#[test]
fn a_kill_between_any_two_writes_leaves_the_old_or_the_new_and_the_next_write_clears_up() {
    for step in [Step::Create, Step::Write, Step::Sync, Step::Rename, Step::SyncFolder] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token");
        fs::write(&file, "old").expect("a file");
        let mut child = std::process::Command::new(std::env::current_exe().expect("this test"));
        child.args(["place::tests::a_child_that_is_killed", "--exact"]);
        let ended = child.env(FILE, &file).env(STEP, format!("{step:?}")).output().expect("a child").status;
        assert_eq!(ended.code(), None, "killed at {step:?}");
        let found = fs::read_to_string(&file).expect("a file");
        assert_eq!(found, if step == Step::SyncFolder { "new" } else { "old" }, "killed at {step:?}");
        Place::at(&file).expect("a place").replace(b"newer", OWNER_ONLY).expect("written");
        assert_eq!(fs::read_to_string(&file).expect("a file"), "newer");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "cleared after {step:?}");
    }
}
