//! The desktop's keyring: a real gnome-keyring, opened at log-in as a display manager does it.
//!
//! Invariant: it is locked over its own interface, and opened again only with its password. What this is not: a look into
//! it; what lies there is the program's affair.

use super::{Desktop, Group, spawn};
use anyhow::Context;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use zbus::zvariant::OwnedObjectPath;

/// Of the login keyring, which is made with it.
pub const PASSWORD: &str = "sesame";
/// What the desktop's own dialog is called.
pub const DIALOG: &str = "Unlock Login Keyring";
const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";

impl Desktop {
    /// Locks it, as a desktop does that was left alone.
    pub async fn lock_keyring(&self) -> anyhow::Result<()> {
        let service = zbus::Proxy::new(&self.bus, NAME, PATH, SERVICE).await?;
        let login: OwnedObjectPath = service.call("ReadAlias", &"default").await?;
        let (locked, _): (Vec<OwnedObjectPath>, OwnedObjectPath) = service.call("Lock", &vec![&login]).await?;
        anyhow::ensure!(locked == [login], "{locked:?} was locked");
        Ok(())
    }

    pub(super) async fn start_keyring(&self) -> anyhow::Result<Group> {
        let mut keyring = self.command("gnome-keyring-daemon");
        keyring.args(["--foreground", "--unlock", "--components=secrets"]).stdin(Stdio::piped());
        let mut keyring = spawn(&mut keyring)?;
        // All of it up to the end is the password: a line break would be a part that nobody can type.
        keyring.child().stdin.take().context("a pipe")?.write_all(PASSWORD.as_bytes()).await?;
        Ok(keyring)
    }
}
