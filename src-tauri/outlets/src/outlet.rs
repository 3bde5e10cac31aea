//! What every outlet is, what it is given, and what it may use.
//!
//! The invariant: settings come in checked, and the secret beside them, so that an outlet reads no file for them. What
//! this is not: any one outlet.

use crate::command::Spawner;
use async_trait::async_trait;
use daypass_domain::{AccountId, Generation, Moment, OutletProfile, OutletSettings, Problem, Remedy, Secret};
use std::fmt;

/// A token on its way into a place, with what is known of it.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Whose it is.
    pub account: AccountId,
    /// What its owner calls the account.
    pub label: String,
    /// The broker's id.
    pub broker: String,
    /// The environment variable that the broker's official client reads.
    pub env: String,
    /// The token.
    pub token: Secret,
    /// Which one it is.
    pub generation: Generation,
    /// When it was issued.
    pub issued_at: Moment,
    /// Its end, if it has one.
    pub ends: Option<Moment>,
}

/// What an outlet may use of the world.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// The way to the network. It must not follow redirects: they could lead anywhere.
    pub http: &'a reqwest::Client,
    /// The way to start a program.
    pub spawner: &'a dyn Spawner,
    /// Now.
    pub now: Moment,
}

impl fmt::Debug for Ports<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ports").field("now", &self.now).finish_non_exhaustive()
    }
}

/// A kind of place.
pub trait Kind: Sync {
    /// Its form.
    fn profile(&self) -> &'static OutletProfile;

    /// Where the token goes, for everybody's eyes.
    fn target(&self, settings: &OutletSettings) -> String;

    /// One such place, as an account has set it up; `secret` is the account's for outlets that sign. A problem here is one
    /// of the settings.
    fn open(&self, settings: &OutletSettings, secret: Option<Secret>) -> Result<Box<dyn Outlet>, Problem>;

    /// Whether a secret that is entered could be used, for outlets that sign.
    fn check_secret(&self, _secret: &Secret) -> Result<(), Problem> {
        Ok(())
    }
}

/// A place that tokens are put in.
#[async_trait]
pub trait Outlet: Send + Sync {
    /// Puts this token in its place, in the stead of any other. It may be asked again for one that is there already.
    async fn deliver(&self, parcel: &Parcel, ports: Ports<'_>) -> Result<(), Problem>;

    /// Whether this token, which was put there, is there still, just as it would be put there now. Yes where nobody can
    /// look: what was told to a program or another computer is told once.
    async fn is_there(&self, _parcel: &Parcel) -> bool {
        true
    }
}

/// The problem of a field that is not there.
pub(crate) fn missing(key: &str) -> Problem {
    Problem::new("missing_setting", "", "Enter it in the settings of this account.", Remedy::FixSetting)
        .saying(format!("The setting {key} of this outlet is missing."))
}

/// The first word of a field that must be there.
pub(crate) fn required<'a>(settings: &'a OutletSettings, key: &str) -> Result<&'a str, Problem> {
    settings.text(key).ok_or_else(|| missing(key))
}
