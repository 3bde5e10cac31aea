//! An account: one login at one broker, as the settings describe it.

use crate::calendar::{exchange_words, region_of};
use crate::{AccountId, BrokerProfile, RedirectUri, Secret, UserId};
use chrono::Duration;
use std::collections::BTreeMap;

/// The part of the settings that is not secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Names it everywhere.
    pub id: AccountId,
    /// What people call it.
    pub label: String,
    /// Which broker: the id of a profile.
    pub broker: String,
    /// The API key. Not a secret (it is in the sign-in URL); empty until it is entered.
    pub client_id: String,
    /// Where the browser comes back to.
    pub redirect_uri: RedirectUri,
    /// The only user that may sign in, if the owner named one; else the first one that does.
    pub user: Option<UserId>,
    /// Whether this is a built-in practice account: shown as such, never mistaken for real money.
    pub practice: bool,
    /// Length of the broker's day, if this is a practice account that lives faster than real time.
    pub day: Option<Duration>,
    /// Everything else that this broker's profile lists: `base_url`, `token_url`, `scopes` and so on.
    pub options: Options,
}

/// Broker-specific settings by key, all plain text; the broker reads and checks its own.
pub type Options = BTreeMap<String, String>;

/// The setting that names the exchanges of an account.
pub const EXCHANGES: &str = "exchanges";

/// What an account needs to talk to its broker.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The account's settings.
    pub account: Account,
    /// The client secret; `None` for public OAuth2 clients or until it is entered.
    pub client_secret: Option<Secret>,
}

impl Account {
    /// One of the broker-specific settings, if it is there and not blank.
    pub fn option(&self, key: &str) -> Option<&str> {
        self.options.get(key).map(String::as_str).map(str::trim).filter(|text| !text.is_empty())
    }
    /// The exchanges that it trades at: those of the setting `exchanges` that are known, else the broker's usual ones.
    /// All of one region, and never none while the profile names some, so that an account always has a calendar.
    pub fn exchanges(&self, profile: &BrokerProfile) -> Vec<String> {
        let mut named = self.option(EXCHANGES).map(exchange_words).unwrap_or_default();
        named.retain(|exchange| region_of(exchange).is_some());
        let region = |exchange: &String| region_of(exchange).map(|region| region.name);
        if let Some(first) = named.first().and_then(region) {
            named.retain(|exchange| region(exchange) == Some(first));
            return named;
        }
        profile.market.exchanges.iter().map(|exchange| (*exchange).to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Market, Presents, Renewal};
    use chrono::NaiveTime;

    static PROFILE: BrokerProfile = BrokerProfile {
        id: "any",
        name: "Any",
        habit: "",
        fields: &[],
        access_rules: &[],
        renewal: Renewal::None,
        cutoff: None,
        probes: false,
        revocation: None,
        pkce: false,
        market: Market {
            zone_word: "IST",
            zone: chrono_tz::Asia::Kolkata,
            open: NaiveTime::MIN,
            close: NaiveTime::MIN,
            exchanges: &["NSE", "BSE"],
        },
        publishes_calendar: false,
        token_env: "",
        presents: Presents::BEARER,
        console: None,
    };

    fn account(exchanges: Option<&str>) -> Account {
        Account {
            id: AccountId::new("test").expect("an id"),
            label: String::new(),
            broker: "any".to_owned(),
            client_id: String::new(),
            redirect_uri: RedirectUri::default(),
            user: None,
            practice: false,
            day: None,
            options: exchanges.map(|text| (EXCHANGES.to_owned(), text.to_owned())).into_iter().collect(),
        }
    }

    #[test]
    fn an_account_always_has_exchanges_of_one_region() {
        for (sentence, setting, exchanges) in [
            ("nothing said: the broker's usual ones", None, &["NSE", "BSE"][..]),
            ("blank is nothing said", Some("  "), &["NSE", "BSE"]),
            ("what is said, in upper case", Some("mcx, nse"), &["MCX", "NSE"]),
            ("another market than the broker's usual one", Some("NYSE NASDAQ"), &["NYSE", "NASDAQ"]),
            ("what nobody knows is passed over", Some("LSE NYSE"), &["NYSE"]),
            ("nothing known is nothing said", Some("LSE"), &["NSE", "BSE"]),
            ("the first one decides about the region", Some("NYSE NSE"), &["NYSE"]),
        ] {
            assert_eq!(account(setting).exchanges(&PROFILE), exchanges, "{sentence}");
        }
    }
}
