//! Settings in force: read, changed, and brought to the manager and the brokers.
//!
//! Every change goes the same way as the first start: read all layers, build each account with its broker and its secret,
//! and hand it over. What this is not: it validates nothing by itself (`config` and the brokers do).

mod accounts;
mod secrets;

use crate::almanac::Almanac;
use crate::books::{Books, Known};
use crate::courier::{Courier, Errand, Office};
use crate::in_process::refused;
use crate::logging;
use crate::rehearsal::Rehearsal;
use crate::strongroom::Strongroom;
use daypass_api::Answer;
use daypass_config::{AccountSettings, Described, Environment, Folders, Loaded, Sources, broker_form};
use daypass_domain::{AccountId, Credentials, Problem, Remedy};
use daypass_manager::account::Setup;
use daypass_manager::view::Note;
use daypass_manager::{Code, Event, Handle};
use daypass_vault::Which;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The settings desk.
pub(crate) struct Desk {
    pub(crate) folders: Folders,
    pub(crate) env: Environment,
    pub(crate) working_dir: PathBuf,
    pub(crate) books: Arc<Books>,
    pub(crate) strongroom: Strongroom,
    pub(crate) handle: Handle,
    pub(crate) rehearsal: Rehearsal,
    pub(crate) courier: Arc<Courier>,
    pub(crate) office: Arc<dyn Office>,
    /// One change at a time; holds the ids in force.
    pub(crate) in_force: Mutex<Vec<AccountId>>,
    /// Where the local HTTP door is, once it is open: the port in the settings counts from the next start.
    pub(crate) address: std::sync::OnceLock<String>,
    /// Troubles that are no setting's: a taken port.
    pub(crate) other_notes: std::sync::Mutex<Vec<Note>>,
}

impl Desk {
    /// Brings what was read at the start into force.
    pub(crate) async fn begin(&self, first: Loaded) {
        self.bring_into_force(first, &mut *self.in_force.lock().await).await;
    }

    /// Reads everything and brings it into force.
    pub(crate) async fn read_all(&self) {
        let mut in_force = self.in_force.lock().await;
        self.bring_into_force(self.load(), &mut in_force).await;
    }

    /// Every setting, every broker's form, where things lie, and the address that is open.
    pub(crate) async fn describe(&self) -> Described {
        let loaded = self.load();
        let mut described = daypass_config::describe(&loaded);
        for (secret, found) in described.secrets_in_files.iter_mut().zip(&loaded.found_secrets) {
            secret.kept = self.is_kept(&loaded, found).await;
        }
        described.brokers = daypass_brokers::ALL.iter().map(|broker| broker_form(broker.profile())).collect();
        described.outlets = daypass_config::outlet_forms(&daypass_outlets::profiles());
        described.address = self.address.get().cloned();
        let Folders { config, data, state, runtime } = &self.folders;
        let folders = [("config", config), ("data", data), ("state", state), ("runtime", runtime)];
        described.folders = folders.map(|(name, path)| (name.to_owned(), path.display().to_string())).into();
        described
    }

    pub(crate) async fn change(&self, changes: BTreeMap<String, Value>) -> Answer<()> {
        let mut in_force = self.in_force.lock().await;
        let loaded = self.save(&changes)?;
        self.bring_into_force(loaded, &mut in_force).await;
        Ok(())
    }

    /// A trouble that is no setting's, shown beside those that are from the next reading on.
    pub(crate) fn note(&self, note: Note) {
        self.other_notes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(note);
    }

    /// That trouble is over.
    pub(crate) fn withdraw_note(&self, about: &str) {
        let mut notes = self.other_notes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        notes.retain(|note| note.about != about);
    }

    /// Client secrets that could not be read while the vault was locked are read once it is open. Never returns.
    pub(crate) async fn follow_vault(self: Arc<Self>) {
        loop {
            self.strongroom.opened().await;
            self.read_all().await;
        }
    }

    fn load(&self) -> Loaded {
        self.with_sources(daypass_config::load)
    }

    fn save(&self, changes: &BTreeMap<String, Value>) -> Answer<Loaded> {
        self.with_sources(|sources| daypass_config::save(sources, changes)).map_err(|problems| {
            let problem = problems.into_iter().next().unwrap_or(UNKNOWN);
            refused(Code::BadInput, problem)
        })
    }

    fn with_sources<T>(&self, act: impl FnOnce(&Sources<'_>) -> T) -> T {
        let option_keys = option_keys();
        let (folders, env, working_dir) = (&self.folders, &self.env, self.working_dir.as_path());
        let outlets = daypass_outlets::profiles();
        act(&Sources { folders, env, working_dir, option_keys: &option_keys, outlets: &outlets })
    }

    async fn bring_into_force(&self, loaded: Loaded, in_force: &mut Vec<AccountId>) {
        logging::set_level(&loaded.settings.logging.level);
        self.handle.set_policy(loaded.settings.policy.clone());
        let mut notes = Vec::with_capacity(loaded.notes.len() + loaded.found_secrets.len());
        let as_noted = |note: &daypass_config::Note| Note { about: note.about.clone(), problem: note.problem.clone() };
        notes.extend(loaded.notes.iter().map(as_noted));
        for found in &loaded.found_secrets {
            notes.push(secrets::in_file(found, self.is_kept(&loaded, found).await));
        }
        // Of very many accounts all this is large. What has been used goes at once, so that what stays takes its place.
        drop((loaded.notes, loaded.found_secrets, loaded.told));
        let mut now_in_force = Vec::new();
        for settings in loaded.settings.accounts {
            match self.known(&settings).await {
                Ok((known, unread)) => {
                    now_in_force.push(settings.account.id.clone());
                    let setup = setup(&known, &settings, unread, &self.books.almanac);
                    // Known first: what the manager does about it may need it at once.
                    self.books.put(known);
                    self.handle.event(Event::Put(Box::new(setup)));
                    self.send_courier(&settings).await;
                }
                Err(problem) => {
                    // What runs goes on as it was until the mistake is mended.
                    now_in_force.extend(in_force.iter().find(|id| **id == settings.account.id).cloned());
                    notes.push(Note { about: settings.account.id.to_string(), problem });
                }
            }
        }
        let missing: Vec<_> = in_force.iter().filter(|id| !now_in_force.contains(id)).cloned().collect();
        if loaded.unreadable {
            // They may stand in what cannot be read: a half-written line must not cost a token that is in memory only.
            now_in_force.extend(missing);
        } else {
            for gone in &missing {
                self.handle.event(Event::Removed(gone.clone()));
                self.books.forget(gone);
                self.courier.forget(gone);
            }
        }
        *in_force = now_in_force;
        notes.extend(self.other_notes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter().cloned());
        self.handle.event(Event::Notes(notes));
    }

    /// The account with its broker and secret; and why the secret could not be read, if that is so.
    async fn known(&self, settings: &AccountSettings) -> Result<(Known, Option<Problem>), Problem> {
        let mut account = settings.account.clone();
        let broker = daypass_brokers::find(&account.broker).ok_or_else(|| unknown_broker(&account.broker))?;
        let mut client_secret = settings.secret.clone();
        if account.practice {
            let (url, secret) = self.rehearsal.host(account.day).await?;
            account.options.insert("base_url".into(), url.to_string());
            client_secret = client_secret.or(Some(secret));
        }
        let mut unread = None;
        if client_secret.is_none() {
            client_secret = self.strongroom.secret(account.id.clone(), Which::Client).await.unwrap_or_else(|problem| {
                tracing::warn!(account = %account.id, "The client secret could not be read: {problem}");
                unread = Some(problem);
                None
            });
        }
        Ok((Known { broker, credentials: Credentials { account, client_secret } }, unread))
    }

    /// To the outlets that the account has now.
    async fn send_courier(&self, settings: &AccountSettings) {
        let id = &settings.account.id;
        let secret = match &settings.webhook_secret {
            None if !settings.outlets.is_empty() => self.strongroom.secret(id.clone(), Which::Webhook).await,
            known => Ok(known.clone()),
        };
        self.courier.put(&self.office, id, Errand::all(settings, &secret));
    }
}

/// The broker-specific settings that some broker reads.
pub(crate) fn option_keys() -> Vec<&'static str> {
    daypass_brokers::ALL.iter().flat_map(|broker| broker.profile().fields).map(|field| field.key).collect()
}

/// A secret that cannot be read now is not missing: nobody is asked to enter it again.
fn setup(known: &Known, settings: &AccountSettings, unread: Option<Problem>, almanac: &Almanac) -> Setup {
    let (broker, credentials) = (known.broker, &known.credentials);
    Setup {
        account: credentials.account.clone(),
        profile: broker.profile(),
        renewal: broker.renewal(credentials),
        probes: broker.probes(credentials),
        revokes: broker.revocation(credentials).is_some(),
        missing: broker.check(credentials).err().map(|missing| unread.unwrap_or(missing)),
        policy: settings.policy.clone(),
        calendar: almanac.kept(known),
    }
}

fn unknown_broker(broker: &str) -> Problem {
    let known: Vec<&str> = daypass_brokers::ALL.iter().map(|broker| broker.profile().id).collect();
    Problem::new("unknown_broker", "", "", Remedy::FixSetting)
        .saying(format!("There is no broker \"{broker}\"."))
        .advising(format!("Allowed: {}.", known.join(", ")))
}

const UNKNOWN: Problem =
    Problem::new("unknown_account", "There is no such account.", "See the list of accounts.", Remedy::FixSetting);
