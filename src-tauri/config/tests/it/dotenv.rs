//! `.env` files: what they say, and what is told about them without showing a secret.

use crate::{Place, sentences};
use std::fs;

#[test]
fn a_dotenv_that_cannot_be_read_is_told() {
    let place = Place::new().file("check.txt", "");
    fs::create_dir(place.root.path().join("config/.env")).expect("a folder where a file should be");
    let said = sentences(&place.load()).concat();
    assert!(said.contains(".env cannot be read"), "{said}");
}

#[test]
fn a_value_is_taken_as_it_is_written() {
    for (sentence, written, value) in [
        ("a dollar in it", "pa$ss-word", "pa$ss-word"),
        ("what looks like a variable", "a${HOME}b", "a${HOME}b"),
        ("a dollar in double quotes", "\"pa$ss-word\"", "pa$ss-word"),
        ("a dollar in single quotes", "'pa$ss-word'", "pa$ss-word"),
        ("a hash in it", "pa#ss-word", "pa#ss-word"),
        ("a comment after it", "pass-word # mine", "pass-word"),
        ("a backslash in it", "pa\\ss-word", "pa\\ss-word"),
        ("an equals sign at the end", "cGFzcw==", "cGFzcw=="),
        ("blanks around it", "  pass-word  ", "pass-word"),
    ] {
        let lines = format!("# mine\nexport UPSTOX_CLIENT_ID=a\nUPSTOX_CLIENT_SECRET={written}\n");
        let loaded = Place::new().file("config/.env", &lines).load();
        assert!(loaded.notes.is_empty(), "{sentence}: {:?}", loaded.notes);
        let secret = loaded.settings.accounts[0].secret.as_ref().expect("a secret");
        assert!(secret.matches(value.as_bytes()), "{sentence}");
        let daypass_config::Origin::DotEnv { line, .. } = loaded.found_secrets[0].origin else { panic!("{sentence}") };
        assert_eq!(line, 3, "{sentence}");
    }
}

#[test]
fn a_line_that_cannot_be_read_costs_only_itself() {
    for line in
        ["UPSTOX_CLIENT_SECRET='unclosed-secret", "my secret=unclosed-secret", "unclosed-secret", "='x'unclosed-secret"]
    {
        let place = Place::new().file("config/.env", &format!("{line}\nDAYPASS_ATTEMPTS=6\n"));
        let loaded = place.load();
        let said = sentences(&loaded);
        assert_eq!(loaded.settings.policy.attempts, 6, "{line}");
        assert!(said.len() == 1 && said[0].contains(".env line 1 cannot be read"), "{line}: {said:?}");
        assert!(!said[0].contains("unclosed-secret"), "{line}: {said:?}");
    }
}

#[test]
fn blanks_around_a_value_are_not_part_of_it() {
    let redirect = "http://127.0.0.1:5001/cb";
    let lines =
        format!("UPSTOX_CLIENT_ID=key-1\r\nUPSTOX_CLIENT_SECRET='secret-1 '\r\nUPSTOX_REDIRECT_URI={redirect}\r\n");
    let yaml = format!(
        "upstox:\r\n  client_id: \"key-1 \"\r\n  client_secret: \"secret-1\\r\"\r\n  redirect_uri: \" {redirect}\\r\"\r\n"
    );
    for (sentence, place) in [
        ("a .env file from Windows", Place::new().file("work/.env", &lines)),
        (
            "a shell that has read one",
            Place::new()
                .env("UPSTOX_CLIENT_ID", "key-1\r")
                .env("UPSTOX_CLIENT_SECRET", "secret-1\r")
                .env("UPSTOX_REDIRECT_URI", &format!("{redirect}\r")),
        ),
        ("a settings file", Place::new().file("config/config.yaml", &yaml)),
    ] {
        let loaded = place.load();
        assert!(loaded.notes.is_empty(), "{sentence}: {:?}", loaded.notes);
        let upstox = &loaded.settings.accounts[0];
        assert_eq!((upstox.account.client_id.as_str(), upstox.account.redirect_uri.as_str()), ("key-1", redirect));
        assert!(upstox.secret.as_ref().is_some_and(|secret| secret.matches(b"secret-1")), "{sentence}");
    }
}

#[test]
fn a_name_that_nobody_reads_is_told_with_its_line_and_what_was_meant() {
    for (sentence, name, said) in [
        ("a misspelt secret", "UPSTOX_CLIENT_SECRT", "Did you mean UPSTOX_CLIENT_SECRET?"),
        ("a misspelt setting", "DAYPASS_ATEMPTS", "Did you mean DAYPASS_ATTEMPTS?"),
        ("nothing near it", "UPSTOX_PIN", "Allowed: UPSTOX_CLIENT_ID, UPSTOX_CLIENT_SECRET,"),
        ("the home", "DAYPASS_HOME", "DAYPASS_HOME is read only from the environment"),
        ("the passphrase", "DAYPASS_PASSPHRASE", "DAYPASS_PASSPHRASE is read only from the environment"),
    ] {
        let place = Place::new().file("config/.env", &format!("# ours\n{name}=marker-value-1\n"));
        let said_now = sentences(&place.load());
        assert_eq!(said_now.len(), 1, "{sentence}: {said_now:?}");
        assert!(said_now[0].contains(".env line 2: ") && said_now[0].contains(said), "{sentence}: {said_now:?}");
        assert!(!said_now[0].contains("marker-value-1"), "no value is shown: {sentence}");
    }
}

#[test]
fn names_of_other_programs_are_none_of_ours() {
    let place = Place::new().file("work/.env", "DATABASE_URL=x\n").env("DAYPASS_HOME", "/x").env("UPSTOX_PIN", "1");
    assert_eq!(sentences(&place.load()), Vec::<String>::new());
}
