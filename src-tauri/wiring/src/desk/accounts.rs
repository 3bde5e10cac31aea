//! What a person does to the accounts: adds and changes one, removes one.
//!
//! The invariant: one change at a time, and what is written is in force when it is answered. What this is not: what the
//! fields of an account mean (`config` and the brokers say that).

use super::{Desk, UNKNOWN, secrets, unknown_broker};
use crate::in_process::refused;
use daypass_api::{Answer, NewAccount};
use daypass_config::Loaded;
use daypass_domain::{AccountId, Problem, Remedy, Secret};
use daypass_manager::Code;
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl Desk {
    pub(crate) async fn put_account(&self, account: NewAccount) -> Answer<AccountId> {
        let broker = daypass_brokers::find(&account.broker)
            .ok_or_else(|| refused(Code::BadInput, unknown_broker(&account.broker)))?;
        for (key, secret) in account.secrets.iter().filter(|(_, secret)| !secret.is_empty()) {
            daypass_outlets::check_secret(key, secret).map_err(|problem| refused(Code::BadInput, problem))?;
        }
        let mut in_force = self.in_force.lock().await;
        let (id, is_new) = match account.id {
            Some(id) => (id, false),
            None => (free_id(&in_force, broker.profile().id)?, true),
        };
        // A new account whose secret the vault does not take is none: whoever tries again must not get a second one.
        if is_new {
            self.keep(&id, &account.secrets).await?;
        }
        let loaded = self.load();
        let own = [("broker", &account.broker), ("label", &account.label)];
        let fields = account.fields.iter().map(|(key, value)| (key.as_str(), value));
        let changes: BTreeMap<String, Value> = own
            .into_iter()
            .chain(fields)
            .filter(|(field, text)| !holds(&loaded, &id, field, text.trim()))
            .map(|(field, text)| (format!("accounts.{id}.{field}"), written(text)))
            .collect();
        let loaded = if changes.is_empty() { loaded } else { self.save(&changes)? };
        let kept = if is_new { Ok(()) } else { self.keep(&id, &account.secrets).await };
        // The rest is written by now, and in force even if the vault would not take the secret.
        self.bring_into_force(loaded, &mut in_force).await;
        kept.map(|()| id)
    }

    /// All of them, and the first problem.
    async fn keep(&self, id: &AccountId, secrets: &BTreeMap<String, Secret>) -> Answer<()> {
        let mut kept = Ok(());
        for (key, secret) in secrets.iter().filter(|(_, secret)| !secret.is_empty()) {
            if let Some(which) = secrets::which(key) {
                kept = kept.and(self.strongroom.set_secret(id.clone(), (which, secret.clone())).await);
            }
        }
        kept.map_err(|problem| refused(Code::Failed, problem))
    }

    pub(crate) async fn remove_account(&self, account: &AccountId) -> Answer<()> {
        let mut in_force = self.in_force.lock().await;
        if !in_force.contains(account) {
            return Err(refused(Code::UnknownAccount, UNKNOWN.saying(format!("There is no account \"{account}\"."))));
        }
        // It may stand in what cannot be read, and would come back without its token.
        if self.load().unreadable {
            return Err(refused(Code::BadInput, NOT_REMOVED));
        }
        let loaded = self.save(&BTreeMap::from([(format!("accounts.{account}"), Value::Null)]))?;
        self.books.allow_erasing(account.clone());
        self.bring_into_force(loaded, &mut in_force).await;
        Ok(())
    }

    pub(crate) async fn add_practice(&self) -> Answer<AccountId> {
        let mut in_force = self.in_force.lock().await;
        let id = AccountId::new("practice").map_err(|_| refused(Code::Internal, UNKNOWN))?;
        if !in_force.contains(&id) {
            let fields = [
                ("broker", json!("upstox")),
                ("label", json!("Practice")),
                ("practice", json!(true)),
                ("day", json!("10m")),
                ("client_id", json!("practice-key")),
            ];
            let changes = fields.into_iter().map(|(field, value)| (format!("accounts.{id}.{field}"), value)).collect();
            let loaded = self.save(&changes)?;
            self.bring_into_force(loaded, &mut in_force).await;
        }
        Ok(id)
    }
}

/// Whether a field says this already, in whatever file. It is left out then: an account in the user's own file can have
/// its secret entered in the form, whose other fields come back as they were.
fn holds(loaded: &Loaded, id: &AccountId, field: &str, text: &str) -> bool {
    if let Some(told) = loaded.told.get(&format!("accounts.{id}.{field}")) {
        return told.text == text;
    }
    let account = loaded.settings.accounts.iter().map(|known| &known.account).find(|account| account.id == *id);
    match (account, field) {
        (Some(account), "broker") => account.broker == text,
        (Some(account), "label") => account.label == text,
        _ => text.is_empty(),
    }
}

fn written(text: &str) -> Value {
    if text.trim().is_empty() { Value::Null } else { text.trim().into() }
}

fn free_id(taken: &[AccountId], wish: &str) -> Answer<AccountId> {
    let names = std::iter::once(wish.to_owned()).chain((2..100).map(|number| format!("{wish}-{number}")));
    names
        .filter_map(|name| AccountId::new(name).ok())
        .find(|id| !taken.contains(id))
        .ok_or_else(|| refused(Code::BadInput, UNKNOWN.saying("All names for this broker are taken.")))
}

const NOT_REMOVED: Problem = Problem::new(
    "settings_unreadable",
    "A settings file cannot be read, so no account is removed.",
    "Mend it first; the notes name the file and the line.",
    Remedy::FixSetting,
);
