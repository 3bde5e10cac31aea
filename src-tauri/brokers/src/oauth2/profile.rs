//! What the form of an OAuth2 account asks for, and what such an account is like.
//!
//! The invariant: whatever differs between two OAuth2 brokers is a field here, not a line of code. What this is not: a
//! list of brokers.

use super::reply::RULES;
use crate::settings::EXCHANGES;
use chrono::NaiveTime;
use chrono_tz::America::New_York;
use daypass_domain::profile::Market;
use daypass_domain::{BrokerProfile, Field, Presents, Reach, Renewal, Rotation};

pub(super) static PROFILE: BrokerProfile = BrokerProfile {
    id: "oauth2",
    name: "Another broker (OAuth2)",
    habit: "Renews by itself where the broker allows it; you sign in again when its grant ends.",
    fields: FIELDS,
    access_rules: RULES,
    renewal: Renewal::RefreshToken(Rotation::IfPresent),
    cutoff: None,
    probes: true,
    revocation: Some(Reach::Session),
    pkce: true,
    // Most brokers with a plain OAuth2 sign-in are in the United States; the setting `exchanges` says otherwise.
    market: Market {
        zone_word: "ET",
        zone: New_York,
        open: NaiveTime::from_hms_opt(9, 30, 0).expect("a time of day"),
        close: NaiveTime::from_hms_opt(16, 0, 0).expect("a time of day"),
        exchanges: &["NYSE", "NASDAQ"],
    },
    publishes_calendar: false,
    token_env: "BROKER_ACCESS_TOKEN",
    presents: Presents::BEARER,
    console: None,
};

const fn field(key: &'static str, label: &'static str, help: &'static str) -> Field {
    Field { key, label, help, secret: false, required: false }
}

const fn required(field: Field) -> Field {
    Field { required: true, ..field }
}

const FIELDS: &[Field] = &[
    required(field("client_id", "Client ID", "Shown with your app at the broker.")),
    Field {
        secret: true,
        ..field(
            "client_secret",
            "Client secret",
            "Leave it empty for a public client; Daypass keeps it in the keyring.",
        )
    },
    required(field("redirect_uri", "Redirect URI", "Must be the same as in your app at the broker, letter by letter.")),
    required(field("authorize_url", "Authorize URL", "Where the browser goes to sign in.")),
    required(field("token_url", "Token URL", "Where the code is exchanged and the token renewed.")),
    field("scopes", "Scopes", "Separated by spaces; many brokers renew only with offline_access."),
    field("auth", "Client authentication", "basic, form or none; basic if there is a secret, else none."),
    field("pkce", "PKCE", "on or off; leave it on unless the broker refuses it."),
    field("rotation", "Refresh token", "if_present, one_time or keep: what becomes of it when it has been used."),
    field("refresh_life", "Life of the refresh token", "Counted from the sign-in, such as 7d; empty if it has no end."),
    field("authorize_params", "More parameters", "For the authorize URL, such as audience=https://api.example.com."),
    field("issuer", "Issuer", "If the broker sends iss with its answers: the value that it must have."),
    field("probe_url", "Probe URL", "An address that answers only to a valid token; without it nothing can be proven."),
    field("revoke_url", "Revocation URL", "Where a sign-out ends the token (RFC 7009)."),
    field("user", "Your user ID", "If you enter it, a sign-in by anybody else is refused; needs the probe URL."),
    EXCHANGES,
];
