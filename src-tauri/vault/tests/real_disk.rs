//! The same promises on a real file system: modes, leftovers, a disk without space, and kill -9.

mod support;

use daypass_vault::disk::RealDisk;
use daypass_vault::keyring::{Keyring, KeyringError};
use daypass_vault::{Entropy, Machine, Source, Vault};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use support::{Counting, at, generation_of, id, stored};
use zeroize::Zeroizing;

/// A keyring that several processes can use: a folder.
struct FolderKeyring(PathBuf);

impl Keyring for FolderKeyring {
    fn read(&self, vault: &str) -> Result<Option<Zeroizing<String>>, KeyringError> {
        Ok(fs::read_to_string(self.0.join(vault)).ok().map(Zeroizing::new))
    }

    fn write(&self, vault: &str, key: &str) -> Result<(), KeyringError> {
        fs::write(self.0.join(vault), key).map_err(|error| KeyringError::Failed(error.to_string()))
    }

    fn ask_to_unlock(&self) -> Result<(), KeyringError> {
        Ok(())
    }
}

/// A vault in `vault` under this folder, with its key in `keys`.
fn open(home: &Path) -> Vault {
    fs::create_dir_all(home.join("keys")).unwrap();
    let entropy = Counting::default();
    let machine = Machine {
        disk: Box::new(RealDisk),
        keyring: Box::new(FolderKeyring(home.join("keys"))),
        entropy: Box::new(move |bytes: &mut [u8]| entropy.fill(bytes)),
    };
    Vault::open_on(&home.join("vault"), Source::Keyring, machine).expect("the vault opens")
}

#[cfg(unix)]
#[test]
fn files_and_folder_are_for_this_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("vault");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let vault = open(home.path());
    for generation in 1..=2 {
        vault.save(&id("upstox"), &stored(generation), at(0)).unwrap();
    }
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700, "a folder that was wider is tightened");
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn what_a_crash_left_half_written_is_cleared_at_the_next_start() {
    let home = tempfile::tempdir().unwrap();
    open(home.path()).save(&id("upstox"), &stored(1), at(0)).unwrap();
    let leftover = home.path().join("vault/upstox.token.tmp");
    fs::write(&leftover, "half").unwrap();
    assert_eq!(generation_of(&open(home.path()), &id("upstox")), Some(1));
    assert!(!leftover.exists());
}

/// Runs one of the ignored tests below in a process of its own, through `wrapper` if it is not empty.
fn other_process(wrapper: &[&str], test: &str, home: &Path) -> Command {
    let me = std::env::current_exe().unwrap();
    let mut words = wrapper.iter().map(Into::into).chain([me.into_os_string()]);
    let mut command = Command::new(words.next().unwrap());
    command.args(words).args(["--exact", test, "--ignored", "--nocapture"]).env("DAYPASS_TEST_FOLDER", home);
    command.stdin(Stdio::null());
    command
}

fn home_of_the_other_process() -> PathBuf {
    std::env::var_os("DAYPASS_TEST_FOLDER").expect("only to be run by another test").into()
}

#[test]
#[ignore = "the process that kill_9_at_any_moment_loses_no_acknowledged_token kills"]
fn saves_until_it_is_killed() {
    let vault = open(&home_of_the_other_process());
    let mut generation = generation_of(&vault, &id("upstox")).unwrap_or(0);
    loop {
        generation += 1;
        vault.save(&id("upstox"), &stored(generation), at(0)).unwrap();
        println!("saved {generation}");
    }
}

#[cfg(unix)]
#[test]
fn kill_9_at_any_moment_loses_no_acknowledged_token() {
    let home = tempfile::tempdir().unwrap();
    let mut last = 0;
    for round in 0..16 {
        let mut child = other_process(&[], "saves_until_it_is_killed", home.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test itself can be started");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut saved = || lines.find_map(|line| line.strip_prefix("saved ").and_then(|n| n.parse::<u64>().ok()));
        for _ in 0..1 + round % 5 {
            last = saved().expect("it saves");
        }
        if round % 2 == 1 {
            wait_for_a_half_written_file(&home.path().join("vault"), &mut child);
        }
        child.kill().unwrap();
        while let Some(generation) = saved() {
            last = generation;
        }
        child.wait().unwrap();
        let found = generation_of(&open(home.path()), &id("upstox")).expect("a token");
        assert!(found >= last, "round {round}: {found} found, {last} was acknowledged");
    }
    assert!(last >= 16, "every round got somewhere: {last}");
}

/// Looks until something is being written right now, so that the kill comes in the middle of it.
fn wait_for_a_half_written_file(folder: &Path, child: &mut Child) {
    while child.try_wait().unwrap().is_none() {
        let names = fs::read_dir(folder).unwrap().map_while(Result::ok).map(|entry| entry.file_name());
        if names.into_iter().any(|name| name.to_string_lossy().ends_with(".tmp")) {
            return;
        }
    }
    panic!("the process ended by itself");
}

#[test]
#[ignore = "runs inside the small disk that a_disk_that_is_really_full_costs_nothing mounts"]
fn saves_on_a_small_disk() {
    let home = home_of_the_other_process();
    let vault = open(&home);
    vault.save(&id("upstox"), &stored(1), at(0)).unwrap();
    let filler = home.join("filler");
    let full = fs::write(&filler, vec![0; 1 << 20]).expect_err("the disk is small");
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    let problem = vault.save(&id("upstox"), &stored(2), at(0)).expect_err("no space").problem();
    assert_eq!(problem.code, "VAULT_DISK_FULL");
    assert_eq!(generation_of(&open(&home), &id("upstox")), Some(1));
    fs::remove_file(filler).unwrap();
    vault.save(&id("upstox"), &stored(2), at(0)).unwrap();
    assert_eq!(generation_of(&open(&home), &id("upstox")), Some(2));
}

/// Where neither root nor an unprivileged user may mount a small disk of their own, the simulated one has to do.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_really_full_costs_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=64k none \"$DAYPASS_TEST_FOLDER\" || exit 77; exec \"$@\"";
    let wrapper = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh"];
    let output = other_process(&wrapper, "saves_on_a_small_disk", home.path()).output();
    match output {
        Ok(output) if output.status.success() => {
            assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
        }
        Ok(output) if matches!(output.status.code(), Some(1 | 77)) && output.stdout.is_empty() => {
            eprintln!("not tried: no small disk can be mounted here: {}", String::from_utf8_lossy(&output.stderr));
        }
        other => panic!("{other:?}"),
    }
}
