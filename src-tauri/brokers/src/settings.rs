//! Checks that hold for every broker's settings: what must be there, and which addresses may be called.
//!
//! The invariant: nothing secret ever travels over plain http, except to this very machine. What this is not: the
//! reading of files; it sees an account that somebody else has put together.

use daypass_domain::account;
use daypass_domain::calendar::{Region, exchange_words};
use daypass_domain::{Account, BrokerProfile, Credentials, Field, Problem, Remedy};
use url::Url;

const MISSING: Problem = Problem::new(
    "missing_setting",
    "A setting is missing.",
    "Enter it in the settings of this account.",
    Remedy::FixSetting,
);
const BAD: Problem = Problem::new(
    "bad_setting",
    "A setting is wrong.",
    "Correct it in the settings of this account.",
    Remedy::FixSetting,
);

/// A field of every broker's form.
pub(crate) const EXCHANGES: Field = Field {
    key: account::EXCHANGES,
    label: "Exchanges",
    help: "What you trade, such as NSE MCX; reminders go by their hours.",
    secret: false,
    required: false,
};

/// The first required field of the form that is still empty.
pub(crate) fn complete(profile: &BrokerProfile, credentials: &Credentials) -> Result<(), Problem> {
    match profile.fields.iter().find(|field| field.required && !is_filled(field, credentials)) {
        Some(field) => Err(missing(field.key, field.label)),
        None => Ok(()),
    }
}

fn is_filled(field: &Field, credentials: &Credentials) -> bool {
    let account = &credentials.account;
    match field.key {
        "client_id" => !account.client_id.trim().is_empty(),
        "client_secret" => credentials.client_secret.as_ref().is_some_and(|secret| !secret.is_empty()),
        // Its type has checked it already.
        "redirect_uri" => true,
        "user" => account.user.is_some(),
        key => account.option(key).is_some(),
    }
}

/// The problem of a field that is not there.
pub(crate) fn missing(key: &str, label: &str) -> Problem {
    MISSING.saying(format!("The setting {key} ({label}) is missing."))
}

/// The problem of a setting with a wrong value; `why` completes the sentence "The setting KEY ...".
pub(crate) fn bad(key: &str, why: &str, todo: &str) -> Problem {
    BAD.saying(format!("The setting {key} {why}.")).advising(todo.to_owned())
}

/// An address among the broker-specific settings: https, or http to this machine; without user name and fragment.
pub(crate) fn address(account: &Account, key: &str) -> Result<Option<Url>, Problem> {
    let Some(text) = account.option(key) else { return Ok(None) };
    let url = Url::parse(text).ok().filter(Url::has_host).ok_or_else(|| {
        bad(key, "is not a web address", "Write it in full, beginning with https://, as the broker gives it.")
    })?;
    if !daypass_domain::keeps_secrets(&url) {
        return Err(bad(
            key,
            "is not safe: only https keeps the token secret on its way",
            "Begin it with https://; plain http works only for localhost, 127.0.0.1 and [::1].",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(bad(key, "holds a user name or a \"#\"", "Leave both out."));
    }
    Ok(Some(url))
}

/// The address that all of a broker's paths are appended to: the account's `base_url`, or the broker's own. Without a
/// slash at its end.
pub(crate) fn base(account: &Account, own: &str) -> Result<String, Problem> {
    match address(account, "base_url")? {
        None => Ok(own.to_owned()),
        Some(url) if url.query().is_some() => Err(bad("base_url", "holds a \"?\"", "Leave out everything from it on.")),
        Some(url) => Ok(url.as_str().trim_end_matches('/').to_owned()),
    }
}

/// The exchanges that the account names: all known, and all of one region, because an account has one calendar.
pub(crate) fn exchanges(account: &Account, regions: &[&Region]) -> Result<(), Problem> {
    let key = EXCHANGES.key;
    let words = account.option(key).map(exchange_words).unwrap_or_default();
    let of = |word: &String| regions.iter().copied().find(|region| region.names().any(|name| name == word));
    if let Some(unknown) = words.iter().find(|word| of(word).is_none()) {
        let known: Vec<_> = regions.iter().flat_map(|region| region.names()).collect();
        let todo = format!("Write some of: {}.", known.join(", "));
        return Err(bad(key, &format!("names {unknown:?}, which Daypass does not know here"), &todo));
    }
    let Some(first) = words.first().and_then(of) else { return Ok(()) };
    match words.iter().filter_map(of).find(|region| region.name != first.name) {
        None => Ok(()),
        Some(other) => Err(bad(
            key,
            &format!("mixes exchanges of {} and {}", first.name, other.name),
            "Write those of one country here, and make a second account for the others.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::account;
    use daypass_domain::calendar::{INDIA, REGIONS};

    #[test]
    fn only_https_or_this_machine_is_called() {
        for (given, fits) in [
            ("https://api.example.org", true),
            ("https://api.example.org/v2/?x=1", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost:8080/token", true),
            ("http://[::1]:8080", true),
            ("http://api.example.org", false),
            ("http://localhost.example.org", false),
            ("http://0.0.0.0:1", false),
            ("ftp://localhost/", false),
            ("https://me:secret@api.example.org", false),
            ("https://api.example.org/#here", false),
            ("api.example.org", false),
            ("unix:/run/x", false),
        ] {
            let found = address(&account(&[("token_url", given)]), "token_url");
            assert_eq!(found.is_ok(), fits, "{given}");
            if let Err(problem) = found {
                assert!(problem.what.contains("token_url") && problem.remedy == Remedy::FixSetting, "{problem}");
            }
        }
        assert_eq!(address(&account(&[]), "token_url"), Ok(None));
    }

    #[test]
    fn exchanges_are_known_and_of_one_region() {
        for (sentence, given, regions, what, todo) in [
            ("nothing said", "", REGIONS, None, ""),
            ("one", "nse", REGIONS, None, ""),
            ("several", "NSE, MCX BFO", REGIONS, None, ""),
            ("others", "NYSE NASDAQ", REGIONS, None, ""),
            (
                "a word that nobody knows",
                "NSE LSE",
                REGIONS,
                Some("names \"LSE\""),
                "NSE, BSE, NFO, BFO, CDS, BCD, MCX",
            ),
            ("an exchange where this broker is not", "NYSE", &[&INDIA][..], Some("names \"NYSE\""), "MCX."),
            ("two countries", "NYSE,NSE", REGIONS, Some("of the United States and India"), "second account"),
        ] {
            let found = exchanges(&account(&[("exchanges", given)]), regions).err();
            assert_eq!(found.is_some(), what.is_some(), "{sentence}: {found:?}");
            if let (Some(problem), Some(what)) = (found, what) {
                assert!(problem.what.contains("exchanges") && problem.what.contains(what), "{sentence}: {problem}");
                assert!(problem.todo.contains(todo) && problem.remedy == Remedy::FixSetting, "{sentence}: {problem}");
            }
        }
    }

    #[test]
    fn a_base_has_no_slash_at_its_end_and_no_query() {
        assert_eq!(base(&account(&[]), "https://own").as_deref(), Ok("https://own"));
        let with = |given| base(&account(&[("base_url", given)]), "https://own");
        assert_eq!(with("http://127.0.0.1:9/").as_deref(), Ok("http://127.0.0.1:9"));
        assert_eq!(with("https://proxy.example.org/upstox/").as_deref(), Ok("https://proxy.example.org/upstox"));
        assert!(with("https://proxy.example.org/?to=upstox").is_err());
    }
}
