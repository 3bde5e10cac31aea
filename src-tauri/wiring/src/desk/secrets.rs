//! Secrets that lie in files: told, and copied into the vault.
//!
//! The invariant: a file stays as its owner wrote it, and a secret counts as kept only when the vault has read it back. What
//! this is not: the vault.

use super::Desk;
use crate::in_process::refused;
use daypass_api::Answer;
use daypass_config::{FoundSecret, Loaded};
use daypass_domain::outlet::WEBHOOK_SECRET;
use daypass_domain::{AccountId, Problem, Remedy, Secret};
use daypass_manager::Code;
use daypass_manager::view::Note;
use daypass_vault::Which;

impl Desk {
    /// Copies what lies in files into the vault. It is read back, because its owner deletes it from the file next.
    pub(crate) async fn keep_secret(&self, account: &AccountId) -> Answer<()> {
        let mut in_force = self.in_force.lock().await;
        let loaded = self.load();
        let found: Vec<_> = loaded.found_secrets.iter().filter(|found| found.account == *account).collect();
        if found.is_empty() {
            return Err(refused(Code::NothingToDo, NO_SECRET));
        }
        for one in found {
            let Some(named) = named(&loaded, one) else { continue };
            let set = self.strongroom.set_secret(account.clone(), named).await;
            set.map_err(|problem| refused(Code::Failed, problem))?;
            if !self.is_kept(&loaded, one).await {
                return Err(refused(Code::Failed, NOT_SEALED));
            }
        }
        self.bring_into_force(loaded, &mut in_force).await;
        Ok(())
    }

    /// Whether the secret that lies in a file is in the vault too, so that the file's line can go.
    pub(super) async fn is_kept(&self, loaded: &Loaded, found: &FoundSecret) -> bool {
        let Some(named) = named(loaded, found) else { return false };
        self.strongroom.holds(found.account.clone(), named).await.unwrap_or(false)
    }
}

/// Which secret of an account a field holds.
pub(super) fn which(key: &str) -> Option<Which> {
    match key {
        "client_secret" => Some(Which::Client),
        WEBHOOK_SECRET => Some(Which::Webhook),
        _ => None,
    }
}

fn named(loaded: &Loaded, found: &FoundSecret) -> Option<(Which, Secret)> {
    let settings = loaded.settings.accounts.iter().find(|settings| settings.account.id == found.account)?;
    let which = which(found.key)?;
    let secret = match which {
        Which::Client => &settings.secret,
        Which::Webhook => &settings.webhook_secret,
    };
    Some((which, secret.clone()?))
}

pub(super) fn in_file(found: &FoundSecret, kept: bool) -> Note {
    let FoundSecret { account, key, origin } = found;
    let todo = if kept {
        format!("Daypass keeps it sealed by now. Delete it from the file: {origin}.")
    } else {
        format!("Let Daypass copy it into the keyring in Settings, then delete it: {origin}.")
    };
    let problem = Problem::new("secret_in_file", "", "", Remedy::FixSetting)
        .saying(format!("The {} of {account} lies readable in {origin}.", key.replace('_', " ")))
        .advising(todo);
    Note { about: origin.to_string(), problem }
}

const NO_SECRET: Problem = Problem::new(
    "no_secret_in_file",
    "No secret of this account lies in a file.",
    "Enter it in the account's form; it goes to the keyring.",
    Remedy::FixSetting,
);

const NOT_SEALED: Problem = Problem::new(
    "not_sealed",
    "The secret is not sealed: there is no keyring that keeps it.",
    "Leave it in the file until a keyring is there or DAYPASS_PASSPHRASE is set, then copy it.",
    Remedy::FixSetting,
);
