//! What holds for every key and every order of events.

use super::*;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeMap;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Make([u8; 32]),
    Revoke(Index),
    Save,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => any::<[u8; 32]>().prop_map(Step::Make),
        2 => any::<Index>().prop_map(Step::Revoke),
        1 => Just(Step::Save),
        1 => Just(Step::Restart),
    ]
}

/// A text that is close to a key, or far from it.
fn nearly(key: String) -> impl Strategy<Value = String> {
    let (one, other) = (key.clone(), key.clone());
    prop_oneof![
        any::<String>(),
        "dpk_[a-z2-7]{8}_[A-Za-z0-9_-]{43}",
        (any::<Index>(), "[A-Za-z0-9_-]").prop_map(move |(at, with)| {
            let at = at.index(one.len());
            format!("{}{with}{}", &one[..at], &one[at + 1..])
        }),
        any::<Index>().prop_map(move |to| other[..to.index(other.len())].to_owned()),
        "[ \\t\\nA-Za-z0-9=]{1,3}".prop_map(move |more| format!("{key}{more}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_wrong_key_never_enters(
        (random, presented) in any::<[u8; 32]>().prop_flat_map(|random| {
            let (_, key) = Place::new().ring.make(new("bot", Scope::All), random, at(0)).expect("a key");
            (Just(random), proptest::collection::vec(nearly(key.expose().to_owned()), 40))
        }),
    ) {
        let place = Place::new();
        let (_, key) = place.ring.make(new("bot", Scope::All), random, at(0)).expect("a key");
        for text in presented.iter().filter(|text| *text != key.expose()) {
            prop_assert!(place.ring.enter(text, at(1)).is_err(), "{text:?}");
        }
        prop_assert!(place.enter(&key, at(1)).is_ok(), "and the right one still does");
    }

    #[test]
    fn live_keys_enter_and_revoked_ones_never(steps in proptest::collection::vec(step(), 1..20)) {
        let mut place = Place::new();
        let (mut alive, mut revoked) = (BTreeMap::new(), Vec::new());
        for (second, step) in (0_i64..).step_by(10).zip(steps) {
            match step {
                Step::Make(random) => {
                    let name = format!("bot {second}");
                    let (view, key) = place.ring.make(new(&name, Scope::All), random, at(second)).expect("a key");
                    alive.insert(view.id, key);
                }
                Step::Revoke(_) if alive.is_empty() => {}
                Step::Revoke(which) => {
                    let id = alive.keys().nth(which.index(alive.len())).expect("in range").clone();
                    place.ring.revoke(&id, at(second)).expect("revoked");
                    revoked.extend(alive.remove(&id));
                }
                Step::Save => place.ring.save(at(second)).expect("saved"),
                Step::Restart => prop_assert_eq!(place.reopen(), None),
            }
            for (id, key) in &alive {
                prop_assert_eq!(&place.enter(key, at(second)).expect("alive").id, id);
            }
            for key in &revoked {
                prop_assert!(place.enter(key, at(second)).is_err());
            }
            prop_assert_eq!(place.ring.list().expect("a list").len(), alive.len());
        }
    }

    #[test]
    fn nothing_on_disk_or_in_a_list_holds_a_key(random in any::<[u8; 32]>()) {
        let place = Place::new();
        let (view, key) = place.ring.make(new("bot", Scope::All), random, at(0)).expect("a key");
        place.enter(&key, at(1)).expect("the right key");
        place.ring.save(at(2)).expect("saved");
        let disk = everything_in(place.folder.path());
        let list = format!("{view:?} {}", serde_json::to_string(&place.ring.list().expect("a list")).expect("JSON"));
        let secret_half = &key.expose()["dpk_12345678_".len()..];
        let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        for (form, bytes) in [("text", secret_half.as_bytes()), ("hex", hex.as_bytes()), ("bytes", &random)] {
            // Eight in a row are no accident, and would be a quarter of the secret at most.
            for part in bytes.windows(8) {
                prop_assert!(!disk.windows(8).any(|window| window == part), "a part as {form} on disk");
                prop_assert!(!list.as_bytes().windows(8).any(|window| window == part), "a part as {form} in the list");
            }
        }
        prop_assert!(!list.contains("sha256"));
    }

    #[test]
    fn a_torn_file_lets_nobody_in_and_stays_as_it_is(cut in any::<Index>()) {
        let mut place = Place::new();
        let (_, key) = place.make("bot", 1);
        let whole = std::fs::read(place.file()).expect("the file");
        // The last byte is a line's end: without it nothing is missing.
        let torn = &whole[..cut.index(whole.len() - 1)];
        std::fs::write(place.file(), torn).expect("torn");
        prop_assert_eq!(place.reopen().expect("a problem").code, "keys_unreadable");
        prop_assert!(matches!(place.enter(&key, at(0)), Err(Refusal::Unreadable(_))));
        prop_assert!(place.ring.make(new("other", Scope::All), [2; 32], at(1)).is_err());
        prop_assert_eq!(std::fs::read(place.file()).expect("the file"), torn);
        std::fs::write(place.file(), &whole).expect("mended");
        prop_assert!(place.enter(&key, at(10)).is_ok());
    }
}
