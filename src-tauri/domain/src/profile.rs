//! What a broker is like, as data: forms, terminal and API are drawn from this, and nothing else names a broker.

use crate::expiry::{DailyCutoff, Rule};
use chrono::NaiveTime;
use chrono_tz::Tz;

/// Everything about a broker that is not a wire format.
#[derive(Clone, Debug)]
pub struct BrokerProfile {
    /// Stable id, as in the settings file: `upstox`, `oauth2`.
    pub id: &'static str,
    /// As people know it.
    pub name: &'static str,
    /// One line for the wizard: what the broker does at night.
    pub habit: &'static str,
    /// What the user must enter, in order.
    pub fields: &'static [Field],
    /// The rules for the access token's end; the earliest wins.
    pub access_rules: &'static [Rule],
    /// Whether and how it renews without a person.
    pub renewal: Renewal,
    /// The fixed daily end, where there is one: a refresh before it gives nothing.
    pub cutoff: Option<DailyCutoff>,
    /// Whether the broker can be asked about a token at all.
    pub probes: bool,
    /// What a sign-out ends at the broker; `None` if it has no such call.
    pub revocation: Option<Reach>,
    /// Whether PKCE is used. Where a broker cannot, `state` alone protects the sign-in, and the window says so.
    pub pkce: bool,
    /// Where its market is, and the hours that reminders go by.
    pub market: Market,
    /// Whether it publishes when its exchanges trade.
    pub publishes_calendar: bool,
    /// What bots set for the broker's official client: the environment variable that holds the token.
    pub token_env: &'static str,
    /// How bots present the token to the broker.
    pub presents: Presents,
    /// Where its apps are registered, for a link in the wizard.
    pub console: Option<&'static str>,
}

/// How a request to the broker carries the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presents {
    /// The header's name.
    pub header: &'static str,
    /// Its value, with `{token}` where the token goes.
    pub value: &'static str,
}

impl Presents {
    /// RFC 6750, as nearly everybody does.
    pub const BEARER: Self = Self { header: "Authorization", value: "Bearer {token}" };
}

/// One line of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Key in the settings file.
    pub key: &'static str,
    /// Label in the form.
    pub label: &'static str,
    /// One sentence of help.
    pub help: &'static str,
    /// Whether it is kept in the keyring and never shown again.
    pub secret: bool,
    /// Whether the account works without it.
    pub required: bool,
}

/// How a token is replaced without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// Not at all: every new token needs a sign-in.
    None,
    /// With a refresh token, if the sign-in gave one.
    RefreshToken(Rotation),
}

/// What happens to the refresh token when it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// A new one replaces it if the reply carries one; else the old one stays good.
    IfPresent,
    /// It works once. It counts as spent from the moment it is sent.
    OneTime,
}

/// How far a revocation reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This token only.
    ThisToken,
    /// The whole session at the broker.
    Session,
}

/// The hours that reminders go by, on the exchange's clock. A plain default until the trading calendar is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Market {
    /// Short name of the zone for people: `IST`, `ET`.
    pub zone_word: &'static str,
    /// The zone itself.
    pub zone: Tz,
    /// When trading opens.
    pub open: NaiveTime,
    /// When trading closes.
    pub close: NaiveTime,
    /// The exchanges that an account trades at unless its settings say otherwise; all of one region.
    pub exchanges: &'static [&'static str],
}
