//! Accounts as the settings would describe them, at the real brokers' profiles.

use daypass_brokers::find;
use daypass_domain::{Account, AccountId, RedirectUri, Renewal, Rotation};
use daypass_manager::account::Setup;

/// An account at Upstox, complete; its id is `upstox`.
pub fn upstox() -> Setup {
    setup("upstox", "Upstox")
}

/// An account at a broker that renews and may replace its refresh token; its id is `oauth2`.
pub fn oauth2() -> Setup {
    oauth2_with(Rotation::IfPresent)
}

/// The same with a rotation of its own.
pub fn oauth2_with(rotation: Rotation) -> Setup {
    Setup { renewal: Renewal::RefreshToken(rotation), ..setup("oauth2", "Nordbank") }
}

fn setup(broker: &'static str, label: &str) -> Setup {
    let profile = find(broker).expect("a broker of the table").profile();
    let account = Account {
        id: AccountId::new(broker).expect("a broker's id names an account"),
        label: label.to_owned(),
        broker: broker.to_owned(),
        client_id: "client-4711".to_owned(),
        redirect_uri: RedirectUri::default(),
        user: None,
        practice: false,
        day: None,
        options: Default::default(),
    };
    Setup {
        account,
        profile,
        renewal: profile.renewal,
        probes: true,
        revokes: true,
        missing: None,
        policy: None,
        calendar: None,
    }
}
