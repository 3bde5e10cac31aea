//! The table against its own defaults and against what must not fit.

use super::*;

#[test]
fn every_default_fits_its_own_row_and_is_the_programs_default() {
    let mut settings = Settings::default();
    for row in ROWS {
        row.set(&mut settings, row.default).unwrap_or_else(|allowed| panic!("{}: {allowed}", row.key));
    }
    assert_eq!(settings.policy, Policy::default());
    assert_eq!(settings.api.port, 8000);
    assert_eq!(settings.logging, Settings::default().logging);
}

#[test]
fn what_does_not_fit_is_not_taken() {
    let mut settings = Settings::default();
    for (key, text) in [
        ("check_every_minutes", "soon"),
        ("check_every_minutes", "0"),
        ("check_every_minutes", "NaN"),
        ("attempts", "2.5"),
        ("logging.level", "loud"),
        ("quiet_hours", "22-7"),
        ("logging.file", "../daypass.log"),
        ("logging.file", "logs/../../daypass.log"),
        ("logging.file", "/var/log/daypass.log"),
        ("logging.file", "logs/"),
        ("logging.file", "."),
        ("api.port", "70000"),
    ] {
        let row = row(key).expect("a row");
        assert!(row.set(&mut settings, text).is_err(), "{key}: {text}");
    }
    assert_eq!(settings.policy, Policy::default());
}
