//! The whole program inside a test, away from the person's own keyring.
//!
//! A test runs itself once more without a session bus: then a passphrase protects the vault, and no person's keyring is
//! written to. What this is not: a test.

use daypass_wiring::{Environment, Running, Start, start};
use std::path::Path;
use std::process::Command;

/// True in a child of this test that has no way to a keyring; the parent waits for it.
pub(crate) fn is_alone(home: &Path, name: &str) -> bool {
    if std::env::var_os("DAYPASS_TEST_ALONE").is_some() {
        return true;
    }
    let mut again = Command::new(std::env::current_exe().expect("this test"));
    again.args([name, "--exact", "--nocapture"]).env_remove("DBUS_SESSION_BUS_ADDRESS");
    let status = again.env("XDG_RUNTIME_DIR", home).env("DAYPASS_TEST_ALONE", "1").status();
    assert!(status.expect("a child").success(), "the child says why");
    false
}

/// The whole program in this folder, without its local HTTP door.
pub(crate) async fn running(home: &Path, practice: bool) -> Running {
    let env = [("DAYPASS_HOME", "daypass"), ("DAYPASS_PASSPHRASE", "correct horse"), ("DAYPASS_API_ENABLED", "false")];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let env = Environment(env.into_iter().collect());
    let how = Start { env, working_dir: home.to_owned(), opener: None, practice, join: false };
    start(how).await.expect("a start")
}
