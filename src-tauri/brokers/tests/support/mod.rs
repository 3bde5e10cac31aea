//! What the suites share: an account at any broker of the table, filled from its own profile, and a server that can
//! misbehave in every way. Not part of the program.

pub(crate) mod call;
pub(crate) mod server;

use chrono::Duration;
use daypass_brokers::{Artefact, Broker, Handshake, Network, http_client};
use daypass_domain::{Account, AccountId, Credentials, Grant, Moment, RedirectUri, Secret};

/// Every secret of these tests has this in it; nothing that is shown may.
pub(crate) const MARKER: &str = "MARKER";

/// When the tests happen.
pub(crate) fn now() -> Moment {
    "2026-11-17T08:41:00+05:30".parse().expect("a moment")
}

/// The real client, at that time.
pub(crate) fn network() -> Network {
    Network { http: http_client(), now: now() }
}

/// An account with every field of the broker's form filled in, pointing at a server of ours.
pub(crate) fn credentials(broker: &dyn Broker, base: &str) -> Credentials {
    let profile = broker.profile();
    let mut account = Account {
        id: AccountId::new("contract").expect("an id"),
        label: "Contract broker".to_owned(),
        broker: profile.id.to_owned(),
        client_id: "client-4711".to_owned(),
        redirect_uri: RedirectUri::default(),
        user: None,
        practice: false,
        day: None,
        options: Default::default(),
    };
    for field in profile.fields {
        let value = match field.key {
            "client_id" | "client_secret" | "redirect_uri" | "user" => continue,
            "base_url" => base.to_owned(),
            key if key.ends_with("_url") => format!("{base}/{}", key.trim_end_matches("_url")),
            _ if !field.required => continue,
            key => panic!("{} requires {key}: teach this suite a value for it", profile.id),
        };
        account.options.insert(field.key.to_owned(), value);
    }
    Credentials { account, client_secret: Some(Secret::new("MARKER-client-secret")) }
}

/// What a sign-in would have made up.
pub(crate) fn handshake() -> Handshake {
    Handshake {
        state: Secret::new("state-0123456789"),
        pkce_verifier: Secret::new("MARKER-verifier-0123456789012345678901234567"),
    }
}

/// What a redirect would have brought.
pub(crate) fn artefact() -> Artefact {
    Artefact(Secret::new("MARKER-code"))
}

/// A grant as an earlier sign-in left it.
pub(crate) fn grant() -> Grant {
    let signed_in = now() - Duration::hours(1);
    Grant {
        access: Secret::new("MARKER-old-access"),
        refresh: Some(Secret::new("MARKER-old-refresh")),
        issued_at: signed_in,
        granted_at: signed_in,
        access_ends: Some(signed_in + Duration::hours(2)),
        refresh_ends: None,
        user: None,
        refresh_sent: false,
    }
}
