//! One outlet of one account, ready to be served.
//!
//! The invariant: its seal changes whenever its settings do, and says nothing of them. What this is not: what has been
//! brought there.

use daypass_config::AccountSettings;
use daypass_domain::{OutletSettings, Plain, Problem, Secret};
use daypass_manager::view::{OutletState, OutletView};
use daypass_outlets::{Kind, Outlet};
use sha2::{Digest, Sha256};

/// Where to go, and by which settings.
pub(crate) struct Errand {
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    pub(super) target: String,
    /// What its owner calls the account.
    pub(super) label: String,
    /// The place, or what is wrong with its settings.
    pub(super) place: Result<Box<dyn Outlet>, Problem>,
    /// Tells these settings from others.
    pub(super) seal: String,
    secret: Option<Secret>,
}

impl Errand {
    /// Every outlet that an account has switched on. The secret may be one that cannot be read now.
    pub(crate) fn all(settings: &AccountSettings, secret: &Result<Option<Secret>, Problem>) -> Vec<Self> {
        let known = settings.outlets.iter().filter_map(|outlet| Some((daypass_outlets::find(outlet.kind)?, outlet)));
        known.map(|(kind, outlet)| Self::of(kind, outlet, &settings.account.label, secret)).collect()
    }

    pub(super) fn of(
        kind: &'static dyn Kind,
        settings: &OutletSettings,
        label: &str,
        secret: &Result<Option<Secret>, Problem>,
    ) -> Self {
        let profile = kind.profile();
        let signs = profile.fields.iter().any(|field| field.field.secret);
        let (secret, unread) = match secret {
            Ok(secret) => (secret.clone().filter(|_| signs), None),
            Err(problem) => (None, Some(problem.clone()).filter(|_| signs)),
        };
        Self {
            kind: profile.id,
            name: profile.name,
            target: Plain::new(&kind.target(settings)).into(),
            label: label.to_owned(),
            place: unread.map_or_else(|| kind.open(settings, secret.clone()), Err),
            seal: seal(settings),
            secret,
        }
    }

    /// Whether nothing has changed that a delivery could see.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        let secrets = match (&self.secret, &other.secret) {
            (Some(one), Some(other)) => one.same_as(other),
            (one, other) => one.is_none() == other.is_none(),
        };
        secrets
            && self.seal == other.seal
            && self.label == other.label
            && self.place.as_ref().err() == other.place.as_ref().err()
    }

    /// As it is shown before it was served.
    pub(super) fn first_view(&self) -> OutletView {
        let problem = self.place.as_ref().err().cloned();
        let state = if problem.is_some() { OutletState::Failed } else { OutletState::Waiting };
        OutletView { problem, ..self.view(state) }
    }

    /// As it is shown while nothing has been brought there.
    pub(super) fn view(&self, state: OutletState) -> OutletView {
        OutletView {
            kind: self.kind.to_owned(),
            name: self.name.to_owned(),
            target: self.target.clone(),
            state,
            generation: 0,
            at: None,
            problem: None,
            next_try: None,
        }
    }
}

fn seal(settings: &OutletSettings) -> String {
    let mut hash = Sha256::new();
    hash.update(settings.kind);
    // Lengths in front, so that no two settings read alike.
    for (key, words) in &settings.fields {
        for word in std::iter::once(*key).chain(words.iter().map(String::as_str)) {
            hash.update(word.len().to_le_bytes());
            hash.update(word);
        }
        hash.update([0xff]);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
