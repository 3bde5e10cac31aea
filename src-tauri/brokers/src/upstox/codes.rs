//! Upstox's error codes: what each one means, what to do, and whether it will pass.
//!
//! From Upstox's documentation and API description; where those are silent, from what its own clients expect. The
//! invariant: only a [`Sense::TokenDead`] code may turn a token bad. What this is not: HTTP statuses; the same code
//! comes with several.

use daypass_domain::{Problem, Remedy};

/// One code.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) code: &'static str,
    pub(super) sense: Sense,
    what: &'static str,
    todo: &'static str,
    remedy: Remedy,
}

/// What a code says about the thing that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// This token does not work any more.
    TokenDead,
    /// No, and the same request would get the same answer.
    Refused,
    /// Not now.
    Passing,
}

impl Entry {
    pub(super) const fn problem(&self) -> Problem {
        Problem::new(self.code, self.what, self.todo, self.remedy)
    }
}

/// The table's entry for a code.
pub(super) fn find(code: &str) -> Option<&'static Entry> {
    CODES.iter().find(|entry| entry.code == code)
}

const fn fix(code: &'static str, what: &'static str, todo: &'static str) -> Entry {
    Entry { code, sense: Sense::Refused, what, todo, remedy: Remedy::FixSetting }
}

const fn sign_in(code: &'static str, what: &'static str, todo: &'static str) -> Entry {
    Entry { code, sense: Sense::Refused, what, todo, remedy: Remedy::SignInAgain }
}

const fn passing(code: &'static str, what: &'static str, todo: &'static str) -> Entry {
    Entry { code, sense: Sense::Passing, what, todo, remedy: Remedy::TryAgain }
}

const COMPARE_BOTH: &str = "Compare both with your app at Upstox, letter by letter.";
const BASE_OR_UPDATE: &str = "Check the setting base_url; if it is empty, update Daypass.";
const LATER: &str = "Daypass asks again later; the token that you have is kept.";
const NOT_BY_PHONE: &str = "Sign in through the browser instead.";

/// From the most telling to the vaguest: where Upstox sends several, the first of this list is shown.
pub(super) const CODES: &[Entry] = &[
    fix("UDAPI100068", "Upstox does not know this API key together with this redirect URI.", COMPARE_BOTH),
    fix("UDAPI100069", "Upstox refused the API key or the API secret.", COMPARE_BOTH),
    fix(
        "UDAPI100070",
        "Upstox refused the redirect URI.",
        "Write it here exactly as your app at Upstox has it, with the same host, port and path.",
    ),
    sign_in(
        "UDAPI100057",
        "Upstox refused the sign-in code: it was used before, or it is too old.",
        "Start again from Daypass; a code works only once.",
    ),
    fix(
        "UDAPI100058",
        "Upstox has no active segment for you.",
        "Reactivate one in the Upstox app or on its website, then start again from Daypass.",
    ),
    fix(
        "UDAPI100073",
        "Upstox has switched this API key off.",
        "Ask Upstox support to activate it, or enter the key of another app.",
    ),
    fix("UDAPI1157", "Upstox says that this app has expired.", "Renew it at Upstox, or enter the key of another app."),
    fix(
        "UDAPI1155",
        "Upstox has not approved this app: it is under review or rejected.",
        "Look it up among your apps at Upstox.",
    ),
    fix("UDAPI1123", "Upstox knows no notifier address for this app.", NOT_BY_PHONE),
    fix("UDAPI1124", "Upstox sends such requests to individual customers only.", NOT_BY_PHONE),
    fix(
        "UDAPI1154",
        "Upstox takes orders only from the IP address that is registered with your app.",
        "Register this computer's address with your app at Upstox; the token itself is fine.",
    ),
    sign_in(
        "UDAPI100067",
        "Upstox does not allow this with a read-only token.",
        "Sign in from Daypass to get a full token.",
    ),
    passing("UDAPI100072", "Upstox closes this service from 00:00 to 05:30 India time.", LATER),
    passing("UDAPI10005", "Upstox was asked too often and refuses to answer for a while.", LATER),
    Entry {
        code: "UDAPI100050",
        sense: Sense::TokenDead,
        what: "Upstox no longer accepts this token.",
        todo: "Sign in again from Daypass.",
        remedy: Remedy::SignInAgain,
    },
    fix(
        "UDAPI100016",
        "Upstox refused the credentials.",
        "Compare API key, API secret and redirect URI with your app at Upstox.",
    ),
    fix("UDAPI1017", "Upstox received no API key.", "Enter the setting client_id of this account."),
    fix("UDAPI1018", "Upstox received no redirect URI.", "Enter the setting redirect_uri of this account."),
    sign_in("UDAPI1022", "Upstox received no sign-in code.", "Start again from Daypass."),
    fix("UDAPI1023", "Upstox received no grant type.", BASE_OR_UPDATE),
    fix("UDAPI1024", "Upstox received no API secret.", "Enter the setting client_secret of this account."),
    fix("UDAPI100015", "Upstox did not accept the version of its API that was asked for.", BASE_OR_UPDATE),
    fix(
        "UDAPI100036",
        "Upstox says that a value in the request is wrong.",
        "Compare API key, API secret and redirect URI with your app at Upstox.",
    ),
    fix(
        "UDAPI100038",
        "Upstox says that something in the request is wrong.",
        "Compare API key, API secret and redirect URI with your app at Upstox.",
    ),
    fix("UDAPI100060", "Upstox does not have what was asked for.", BASE_OR_UPDATE),
    fix("UDAPI10000", "Upstox does not support this request.", BASE_OR_UPDATE),
    passing("UDAPI100500", "Something went wrong inside Upstox.", LATER),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_with_two_plain_sentences() {
        for entry in CODES {
            let code = entry.code;
            assert_eq!(CODES.iter().filter(|other| other.code == code).count(), 1, "{code} once");
            assert!(entry.what.contains("Upstox"), "{code} names the actor");
            for sentence in [entry.what, entry.todo] {
                assert!(sentence.ends_with('.') && !sentence.contains('!'), "{code}: {sentence}");
                assert!(!sentence.to_lowercase().contains("please"), "{code}: {sentence}");
                assert!(!sentence.contains("UDAPI"), "{code}: the code is kept apart");
            }
            assert_eq!(entry.sense == Sense::Passing, entry.remedy == Remedy::TryAgain, "{code}");
        }
    }

    #[test]
    fn the_way_out_of_each_code() {
        use Remedy::{FixSetting, SignInAgain, TryAgain};
        for (remedy, codes) in [
            (TryAgain, &["UDAPI10005", "UDAPI100072", "UDAPI100500"][..]),
            (SignInAgain, &["UDAPI100050", "UDAPI100057", "UDAPI100067", "UDAPI1022"][..]),
            // Never a sign-in by itself: it would fail in the same way, every time.
            (
                FixSetting,
                &["UDAPI100016", "UDAPI100058", "UDAPI100068", "UDAPI100069", "UDAPI100070", "UDAPI100073"][..],
            ),
            (FixSetting, &["UDAPI1017", "UDAPI1018", "UDAPI1023", "UDAPI1024", "UDAPI1154"][..]),
            (FixSetting, &["UDAPI10000", "UDAPI100015", "UDAPI100036", "UDAPI100038", "UDAPI100060"][..]),
            (FixSetting, &["UDAPI1123", "UDAPI1124", "UDAPI1155", "UDAPI1157"][..]),
        ] {
            for code in codes {
                assert_eq!(find(code).map(|entry| entry.remedy), Some(remedy), "{code}");
            }
        }
    }

    #[test]
    fn one_code_alone_says_that_a_token_is_dead() {
        let dead: Vec<_> = CODES.iter().filter(|entry| entry.sense == Sense::TokenDead).map(|e| e.code).collect();
        assert_eq!(dead, ["UDAPI100050"]);
    }
}
