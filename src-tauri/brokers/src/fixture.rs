//! Accounts for the table tests of this crate. Not part of the program.

use daypass_domain::{Account, AccountId, Credentials, Moment, RedirectUri, Secret};

/// An account with these options and an API key.
pub(crate) fn account(options: &[(&str, &str)]) -> Account {
    Account {
        id: AccountId::new("test").expect("an id"),
        label: "Testbroker".to_owned(),
        broker: "any".to_owned(),
        client_id: "client-4711".to_owned(),
        redirect_uri: RedirectUri::default(),
        user: None,
        practice: false,
        day: None,
        options: options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
    }
}

/// The same with a client secret.
pub(crate) fn credentials(options: &[(&str, &str)]) -> Credentials {
    Credentials { account: account(options), client_secret: Some(Secret::new("fixture-client-secret")) }
}

/// A moment of a test.
pub(crate) fn at(text: &str) -> Moment {
    text.parse().expect("a test's moment")
}
