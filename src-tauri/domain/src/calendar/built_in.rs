//! The calendars that this program brings along: for the time until a broker has been asked, and for brokers that have
//! no calendar.
//!
//! The invariant: hours and holidays are data, and each exchange is in exactly one region. What this is not: the last
//! word; whatever a broker publishes wins.

use super::{Calendar, Covers, Exception, Hours, Source, VERSION, Week, india, united_states};
use chrono::NaiveDate;
use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};
use chrono_tz::Tz;
use chrono_tz::{America::New_York, Asia::Kolkata};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Exchanges that share a zone and most of their holidays.
#[derive(Debug)]
pub struct Region {
    /// As it stands in a sentence: `India`, `the United States`.
    pub name: &'static str,
    /// Short name of the zone for people: `IST`, `ET`.
    pub zone_word: &'static str,
    /// The zone itself.
    pub zone: Tz,
    /// Its exchanges, the best known first, with the hours of a normal day.
    exchanges: &'static [(&'static str, Hours)],
    exceptions: fn() -> BTreeMap<NaiveDate, Exception>,
    /// The first and the last year whose exceptions are known.
    years: (i32, i32),
    /// Made once: every account of the region looks at the same one.
    made: OnceLock<Arc<Calendar>>,
}

/// India.
pub static INDIA: Region = Region {
    name: "India",
    zone_word: "IST",
    zone: Kolkata,
    exchanges: india::EXCHANGES,
    exceptions: india::exceptions,
    years: (india::YEAR, india::YEAR),
    made: OnceLock::new(),
};

/// The United States.
pub static UNITED_STATES: Region = Region {
    name: "the United States",
    zone_word: "ET",
    zone: New_York,
    exchanges: united_states::EXCHANGES,
    exceptions: united_states::exceptions,
    years: united_states::YEARS,
    made: OnceLock::new(),
};

/// Every region.
pub static REGIONS: &[&Region] = &[&INDIA, &UNITED_STATES];

impl Region {
    /// The names of its exchanges.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.exchanges.iter().map(|(name, _)| *name)
    }

    /// Its calendar, as far as this program knows it.
    pub fn calendar(&self) -> Arc<Calendar> {
        self.made.get_or_init(|| Arc::new(self.make())).clone()
    }

    fn make(&self) -> Calendar {
        let week = |(name, hours): &(&str, Hours)| {
            ((*name).to_owned(), Week { days: vec![Mon, Tue, Wed, Thu, Fri], hours: *hours })
        };
        Calendar {
            version: VERSION,
            zone: self.zone,
            exchanges: self.exchanges.iter().map(week).collect(),
            exceptions: (self.exceptions)(),
            covers: Covers::years(self.years.0, self.years.1),
            source: Source::BuiltIn,
            fetched_at: None,
        }
    }
}

/// The region of an exchange, if it is known here.
pub fn region_of(exchange: &str) -> Option<&'static Region> {
    REGIONS.iter().copied().find(|region| region.names().any(|name| name == exchange))
}

/// The calendar of the market of these exchanges: that of the first one that is known, else India's.
pub fn for_exchanges(exchanges: &[String]) -> Arc<Calendar> {
    exchanges.iter().find_map(|exchange| region_of(exchange)).unwrap_or(&INDIA).calendar()
}

/// The exchanges that a text names, separated by spaces or commas; upper case, each once, known or not.
pub fn exchange_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty()) {
        let word = word.to_uppercase();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exchange_is_in_one_region_and_brings_its_calendar() {
        for region in REGIONS {
            for name in region.names() {
                assert!(std::ptr::eq(region_of(name).expect("a region"), *region), "{name}");
                let calendar = for_exchanges(&[name.to_owned()]);
                assert!(calendar.has(name) && calendar.zone() == region.zone, "{name}");
                assert_eq!(calendar.zone_word(), region.zone_word);
            }
        }
        assert!(region_of("LSE").is_none() && region_of("nse").is_none());
        let unknown_first = ["LSE".to_owned(), "NYSE".to_owned()];
        assert_eq!(for_exchanges(&unknown_first).zone(), New_York, "the first one that is known decides");
        assert_eq!(for_exchanges(&[]).zone(), Kolkata);
    }

    #[test]
    fn a_text_is_split_at_spaces_and_commas() {
        for (text, words) in [
            ("NSE MCX", &["NSE", "MCX"][..]),
            (" nse,mcx,, NSE ", &["NSE", "MCX"]),
            ("NYSE\n,\tNASDAQ", &["NYSE", "NASDAQ"]),
            (" , ", &[]),
        ] {
            assert_eq!(exchange_words(text), words, "{text:?}");
        }
    }
}
