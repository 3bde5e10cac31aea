//! What a practice broker is started with.
//!
//! The invariant: the default is a broker that anybody can use at once, with real time, two users, and any key. What
//! this is not: a parser of the command line; the terminal fills these fields.

use crate::Fault;
use chrono::Duration;
use daypass_domain::Secret;
use std::fmt;
use std::io;

/// Everything that can be chosen at the start. `Options::default()` is a good broker; change single fields with
/// `Options { port: 4321, ..Options::default() }`.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// The length of the broker's day, at least a second. In a day of ten minutes, 03:30 comes 87.5 seconds after
    /// its midnight, and such days are counted from 1970. `None`: real time, India's clock.
    pub day: Option<Duration>,
    /// Whether the exchanges trade on weekends and holidays as on any other day.
    pub every_day: bool,
    /// How long access tokens live, at least a second, instead of until the cut-off (Upstox) or
    /// [`access_life`](Self::access_life) (OAuth2). `None`: as those say.
    pub life: Option<Duration>,
    /// Which key, secret and redirect URI are accepted; by default any.
    pub client: ClientRule,
    /// Who can sign in; at least one. The first is preselected on the dialog page.
    pub users: Vec<User>,
    /// How long an authorization code can be exchanged.
    pub code_life: Duration,
    /// OAuth2: how long an access token lives (`expires_in`).
    pub access_life: Duration,
    /// OAuth2: how long renewing works after a sign-in (`refresh_expires_in`). `None`: for ever.
    pub refresh_life: Option<Duration>,
    /// OAuth2: whether each renewal starts that span anew. By default it does not: a person is needed once per span.
    pub sliding: bool,
    /// OAuth2: what a renewal does to the refresh token.
    pub rotation: Rotation,
    /// What Upstox tokens are signed with. With the same key, tokens outlive a restart of the broker, as they do at a
    /// real one; so do those that were ended before it, as they do not there. `None`: a random key, and tokens end with
    /// the process.
    pub signing_key: Option<SigningKey>,
    /// Faults that wait from the start.
    pub faults: Vec<Fault>,
}

/// What the registered app looks like. A field that is `None` accepts any text that is not empty.
#[derive(Clone, Debug, Default)]
pub struct ClientRule {
    /// The API key.
    pub id: Option<String>,
    /// The API secret. Once it is set, OAuth2 clients without a secret are refused as well.
    pub secret: Option<Secret>,
    /// The redirect URI, letter by letter.
    pub redirect: Option<String>,
}

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user id, such as `AB1234`.
    pub id: String,
    /// The name on the profile.
    pub name: String,
    /// The address on the profile.
    pub email: String,
}

/// What a renewal does to the refresh token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// A new one comes with every renewal; using an old one again ends everything that came from that sign-in.
    #[default]
    OneTime,
    /// The reply brings none, and the old one stays good.
    Kept,
}

/// 256 bits to sign tokens with; never printed.
#[derive(Clone)]
pub struct SigningKey(pub(crate) [u8; 32]);

impl SigningKey {
    /// A key that the caller has drawn and keeps.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl User {
    /// A user of that id, with a name and an address made from it.
    pub fn new(id: impl Into<String>) -> Self {
        let id = id.into();
        Self { name: format!("Practice {id}"), email: format!("{}@practice.invalid", id.to_lowercase()), id }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            day: None,
            every_day: false,
            life: None,
            client: ClientRule::default(),
            users: vec![
                User { name: "Asha Practice".into(), ..User::new("AB1234") },
                User { name: "Ravi Practice".into(), ..User::new("CD5678") },
            ],
            // Nobody documents it; people report one to two minutes.
            code_life: Duration::minutes(2),
            access_life: Duration::minutes(30),
            refresh_life: Some(Duration::days(7)),
            sliding: false,
            rotation: Rotation::OneTime,
            signing_key: None,
            faults: Vec::new(),
        }
    }
}

impl Options {
    /// Whether a broker can be made of them; the error names the field.
    pub(crate) fn check(&self) -> io::Result<()> {
        let spans = [
            ("day", self.day),
            ("life", self.life),
            ("code_life", Some(self.code_life)),
            ("access_life", Some(self.access_life)),
            ("refresh_life", self.refresh_life),
        ];
        if let Some((name, _)) = spans.iter().find(|(_, span)| span.is_some_and(|span| !sensible(span))) {
            return Err(invalid(format!("{name} must be between a second and ten years")));
        }
        if self.users.is_empty() || self.users.iter().any(|user| user.id.is_empty()) {
            return Err(invalid("users must hold somebody, and everybody needs an id".into()));
        }
        self.faults.iter().try_for_each(|fault| fault.check().map_err(|error| invalid(format!("faults: {error}"))))
    }
}

/// Whether a span can be added to any present moment without leaving the calendar.
pub(crate) fn sensible(span: Duration) -> bool {
    (Duration::seconds(1)..=Duration::days(3_660)).contains(&span)
}

fn invalid(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_make_no_broker_name_their_field() {
        let options = Options::default;
        let switching = Fault {
            route: crate::Route::Any,
            times: None,
            kind: crate::Kind::Status { status: 101, retry_after: None },
        };
        assert!(options().check().is_ok());
        for (bad, field) in [
            (Options { day: Some(Duration::zero()), ..options() }, "day"),
            (Options { life: Some(Duration::milliseconds(999)), ..options() }, "life"),
            (Options { code_life: Duration::days(100_000), ..options() }, "code_life"),
            (Options { refresh_life: Some(Duration::seconds(-1)), ..options() }, "refresh_life"),
            (Options { users: vec![], ..options() }, "users"),
            (Options { users: vec![User::new("")], ..options() }, "users"),
            (Options { faults: vec![switching], ..options() }, "faults"),
        ] {
            let text = bad.check().expect_err(field).to_string();
            assert!(text.starts_with(field), "{text}");
        }
    }

    #[test]
    fn keys_and_secrets_do_not_print() {
        let options = Options {
            client: ClientRule { secret: Some(Secret::new("marker-secret")), ..ClientRule::default() },
            signing_key: Some(SigningKey::new([7; 32])),
            ..Options::default()
        };
        let text = format!("{options:?}");
        assert!(!text.contains("marker") && !text.contains("7, 7"), "{text}");
    }
}
