//! The redirect URI of an account: where the broker sends the browser back to.
//!
//! It is compared by the broker letter by letter, so it is kept exactly as the user wrote it, except for blanks around it
//! (a line of a file from Windows brings one along). Only addresses of this
//! machine are accepted: a code sent anywhere else cannot be caught here.

use serde::{Deserialize, Serialize};
use std::fmt;
use url::{Host, Url};

/// A redirect URI that this program can listen on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri {
    text: String,
    url: Url,
}

/// Why a text is no redirect URI for us.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadRedirectUri {
    /// A control character inside; a URL parser would leave it out without a word, and the broker would not.
    #[error("it holds a line break or another character that cannot be seen; write it anew, on one line")]
    Unseen,
    /// Not a URL at all.
    #[error("it is not a web address; write it as http://localhost:5001/callback")]
    NotAUrl,
    /// Another scheme than http.
    #[error("it must begin with http://; Daypass catches the sign-in on this computer, without a certificate")]
    Scheme,
    /// Not this machine.
    #[error("its host must be localhost, 127.0.0.1 or [::1], because the browser has to come back to this computer")]
    Host,
    /// No port, or port 0.
    #[error("it needs a port that is fixed, such as http://localhost:5001/callback")]
    Port,
    /// A query, fragment or user name.
    #[error("it may have no user name, no \"?\" and no \"#\"")]
    Extra,
}

/// The default of a new account; also what the README tells people to register.
pub const DEFAULT: &str = "http://localhost:5001/callback";

impl RedirectUri {
    /// Checks the text and keeps it as it is, without the blanks around it.
    pub fn new(text: impl Into<String>) -> Result<Self, BadRedirectUri> {
        let text = text.into().trim().to_owned();
        if text.contains(char::is_control) {
            return Err(BadRedirectUri::Unseen);
        }
        let url = Url::parse(&text).map_err(|_| BadRedirectUri::NotAUrl)?;
        if url.scheme() != "http" {
            return Err(BadRedirectUri::Scheme);
        }
        let local = match url.host() {
            Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if !local {
            return Err(BadRedirectUri::Host);
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(BadRedirectUri::Extra);
        }
        match url.port_or_known_default() {
            Some(port) if port > 0 => Ok(Self { text, url }),
            _ => Err(BadRedirectUri::Port),
        }
    }

    /// Exactly as it was written: this is what goes to the broker.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host part, with brackets for IPv6, as a browser would send it in `Host`.
    pub fn host(&self) -> Host<&str> {
        self.url.host().unwrap_or(Host::Domain("localhost"))
    }

    /// The port to listen on.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(80)
    }

    /// The path to answer on, percent-encoding kept.
    pub fn path(&self) -> &str {
        self.url.path()
    }
}

impl Default for RedirectUri {
    fn default() -> Self {
        Self::new(DEFAULT).expect("the default redirect URI is valid")
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = BadRedirectUri;
    fn try_from(text: String) -> Result<Self, BadRedirectUri> {
        Self::new(text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> String {
        uri.text
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_accepted() {
        for good in [
            "http://localhost:5001/callback",
            "http://127.0.0.1:5000/",
            "http://[::1]:8787/cb",
            "http://localhost:80/x.php",
        ] {
            assert_eq!(RedirectUri::new(good).map(|u| u.as_str().to_owned()), Ok(good.to_owned()));
        }
        for (bad, why) in [
            ("localhost", BadRedirectUri::NotAUrl),
            ("http://localhost:5001/\r\ncallback", BadRedirectUri::Unseen),
            ("http://local\thost:5001/callback", BadRedirectUri::Unseen),
            ("http://localhost:5001/callback\0", BadRedirectUri::Unseen),
            ("https://localhost:5001/callback", BadRedirectUri::Scheme),
            ("http://example.org:5001/callback", BadRedirectUri::Host),
            ("http://0.0.0.0:5001/callback", BadRedirectUri::Host),
            ("http://localhost.example.org:5001/", BadRedirectUri::Host),
            ("http://localhost:0/callback", BadRedirectUri::Port),
            ("http://localhost:5001/callback?x=1", BadRedirectUri::Extra),
            ("http://me@localhost:5001/callback", BadRedirectUri::Extra),
        ] {
            assert_eq!(RedirectUri::new(bad).err(), Some(why), "{bad}");
        }
    }

    #[test]
    fn blanks_around_it_are_not_part_of_it() {
        for around in ["http://localhost:5001/callback\r", " http://localhost:5001/callback\t\r\n"] {
            assert_eq!(RedirectUri::new(around), Ok(RedirectUri::default()), "{around:?}");
        }
    }
}
