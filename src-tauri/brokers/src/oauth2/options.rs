//! The settings of an OAuth2 account, read and checked.
//!
//! The invariant: whoever holds a [`Setup`] holds addresses that may be called and choices that fit together. What
//! this is not: a discovery client; everything is entered by the owner.

use crate::settings::{address, bad, missing};
use chrono::Duration;
use daypass_domain::{Account, Credentials, Problem};
use url::Url;

/// Everything that differs from one OAuth2 broker to the next.
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) authorize: Url,
    pub(super) token: Url,
    pub(super) probe: Option<Url>,
    pub(super) revoke: Option<Url>,
    pub(super) scopes: Vec<String>,
    /// Added to the authorize URL as they are (`audience`, `access_type` and the like).
    pub(super) extra: Vec<(String, String)>,
    pub(super) auth: Auth,
    pub(super) pkce: bool,
    pub(super) keeping: Keeping,
    /// How long what renews lives, counted from the sign-in.
    pub(super) refresh_life: Option<Duration>,
}

/// How the client proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Auth {
    /// In the `Authorization` header.
    Basic,
    /// In the form.
    Form,
    /// Not at all: a public client.
    None,
}

/// What becomes of the refresh token when it has been used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeping {
    /// Replaced if the reply brings a new one.
    IfPresent,
    /// Works once.
    OneTime,
    /// Never replaced, whatever the reply brings.
    Keep,
}

/// Parameters that this program sets itself.
const RESERVED: &[&str] = &[
    "response_type",
    "client_id",
    "client_secret",
    "redirect_uri",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
];

impl Setup {
    /// Reads them; the first problem names its setting.
    pub(super) fn read(credentials: &Credentials) -> Result<Self, Problem> {
        let account = &credentials.account;
        Ok(Self {
            authorize: address(account, "authorize_url")?.ok_or_else(|| missing("authorize_url", "Authorize URL"))?,
            token: address(account, "token_url")?.ok_or_else(|| missing("token_url", "Token URL"))?,
            probe: address(account, "probe_url")?,
            revoke: address(account, "revoke_url")?,
            scopes: account.option("scopes").map(words).unwrap_or_default(),
            extra: extra(account)?,
            auth: auth(credentials)?,
            pkce: choice(account, "pkce", &[("on", true), ("true", true), ("off", false), ("false", false)])?
                .unwrap_or(true),
            keeping: keeping(account)?,
            refresh_life: account.option("refresh_life").map(life).transpose()?,
        })
    }
}

/// The rotation setting alone, for the question how an account renews.
pub(super) fn keeping(account: &Account) -> Result<Keeping, Problem> {
    let choices = [("if_present", Keeping::IfPresent), ("one_time", Keeping::OneTime), ("keep", Keeping::Keep)];
    Ok(choice(account, "rotation", &choices)?.unwrap_or(Keeping::IfPresent))
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn auth(credentials: &Credentials) -> Result<Auth, Problem> {
    let has_secret = credentials.client_secret.as_ref().is_some_and(|secret| !secret.is_empty());
    let choices = [("basic", Auth::Basic), ("form", Auth::Form), ("none", Auth::None)];
    match choice(&credentials.account, "auth", &choices)? {
        None if has_secret => Ok(Auth::Basic),
        None | Some(Auth::None) => Ok(Auth::None),
        Some(_) if !has_secret => Err(missing("client_secret", "Client secret")),
        Some(auth) => Ok(auth),
    }
}

fn choice<T: Copy>(account: &Account, key: &str, choices: &[(&str, T)]) -> Result<Option<T>, Problem> {
    let Some(text) = account.option(key) else { return Ok(None) };
    match choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
        Some((_, value)) => Ok(Some(*value)),
        None => {
            let allowed: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            Err(bad(key, "has a value that Daypass does not know", &format!("Write one of: {}.", allowed.join(", "))))
        }
    }
}

fn extra(account: &Account) -> Result<Vec<(String, String)>, Problem> {
    let key = "authorize_params";
    let text = account.option(key).unwrap_or_default();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    match pairs.iter().find(|(name, _)| name.is_empty() || RESERVED.contains(&name.as_str())) {
        Some(_) => Err(bad(key, "sets a parameter that Daypass sets itself", "Leave out state, scope and the like.")),
        None => Ok(pairs),
    }
}

/// `90m`, `12h`, `7d`, `2w`; a number alone is seconds.
fn life(text: &str) -> Result<Duration, Problem> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let unit = match unit.trim() {
        "" | "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3_600),
        "d" => Some(86_400),
        "w" => Some(604_800),
        _ => None,
    };
    let seconds = unit.zip(number.parse::<i64>().ok()).and_then(|(unit, number)| number.checked_mul(unit));
    seconds.filter(|seconds| *seconds > 0).and_then(Duration::try_seconds).ok_or_else(|| {
        bad("refresh_life", "is not a length of time", "Write a number and a unit, such as 7d, 12h or 90m.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{account, credentials};

    const URLS: [(&str, &str); 2] =
        [("authorize_url", "https://id.example.org/authorize"), ("token_url", "https://id.example.org/token")];

    fn read(more: &[(&str, &str)]) -> Result<Setup, Problem> {
        Setup::read(&credentials(&[&URLS, more].concat()))
    }

    #[test]
    fn the_defaults_are_the_safe_ones() {
        let setup = read(&[]).expect("two addresses suffice");
        assert!(setup.pkce && setup.scopes.is_empty() && setup.extra.is_empty());
        assert_eq!((setup.auth, setup.keeping, setup.refresh_life), (Auth::Basic, Keeping::IfPresent, None));
        let public = Credentials { account: account(&URLS), client_secret: None };
        assert_eq!(Setup::read(&public).map(|setup| setup.auth), Ok(Auth::None));
    }

    #[test]
    fn every_choice_is_read() {
        let setup = read(&[
            ("scopes", " read  trade "),
            ("auth", "form"),
            ("pkce", "off"),
            ("rotation", "one_time"),
            ("refresh_life", "7d"),
            ("authorize_params", "audience=https%3A%2F%2Fapi.example.org&env=paper"),
        ])
        .expect("all good");
        assert_eq!(setup.scopes, ["read", "trade"]);
        assert_eq!((setup.auth, setup.pkce, setup.keeping), (Auth::Form, false, Keeping::OneTime));
        assert_eq!(setup.refresh_life, Some(Duration::days(7)));
        assert_eq!(setup.extra[0], ("audience".to_owned(), "https://api.example.org".to_owned()));
    }

    #[test]
    fn a_wrong_choice_names_its_setting() {
        for (key, value) in [
            ("auth", "magic"),
            ("pkce", "maybe"),
            ("rotation", "sometimes"),
            ("refresh_life", "7 days"),
            ("refresh_life", "-1d"),
            ("refresh_life", "0"),
            ("refresh_life", "9223372036854775807w"),
            ("authorize_params", "state=mine"),
            ("probe_url", "http://example.org/me"),
            ("revoke_url", "nonsense"),
        ] {
            let problem = read(&[(key, value)]).expect_err(key);
            assert!(problem.what.contains(key), "{key}={value}: {problem}");
        }
        let no_secret =
            Credentials { account: account(&[&URLS[..], &[("auth", "form")]].concat()), client_secret: None };
        assert!(Setup::read(&no_secret).is_err_and(|problem| problem.what.contains("client_secret")));
    }

    #[test]
    fn a_life_is_a_number_and_a_unit() {
        for (text, seconds) in
            [("90", 90), ("90s", 90), ("90m", 5_400), ("12h", 43_200), ("7d", 604_800), ("2w", 1_209_600)]
        {
            assert_eq!(life(text), Ok(Duration::seconds(seconds)), "{text}");
        }
    }
}
