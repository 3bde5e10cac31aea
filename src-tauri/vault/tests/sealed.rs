//! What a sealed file holds back: changes, swaps, other keys, curious readers.

mod support;

use daypass_domain::{Generation, Secret};
use daypass_vault::{Backup, Kind, Source, Stored, VaultError, Which};
use support::{Computer, FakeKeyring, Mood, at, generation_of, id, stored};

fn code(error: &VaultError) -> String {
    error.problem().code.into_owned()
}

#[test]
fn a_flipped_byte_anywhere_is_damage_and_never_another_token() {
    let computer = Computer::default();
    let account = id("upstox");
    computer.vault().save(&account, &stored(1), at(0)).unwrap();
    let good = computer.disk.bytes("upstox.token");
    for (row, position) in (0..good.len()).map(|at| (format!("byte {at}"), at)) {
        let mut bytes = good.clone();
        bytes[position] ^= 0x55;
        computer.disk.put("upstox.token", &bytes);
        let error = computer.vault().load(&account).expect_err(&row);
        assert_eq!(code(&error), "VAULT_DAMAGED", "{row}");
        assert!(error.problem().what.starts_with("/vault/upstox.token is damaged: it"), "{row}: {}", error.problem());
    }
    computer.disk.put("upstox.token", &good);
    computer.vault().save(&account, &stored(2), at(60)).unwrap();
    let good = computer.disk.bytes("upstox.token");
    for position in 0..good.len() {
        let mut bytes = good.clone();
        bytes[position] ^= 0x01;
        computer.disk.put("upstox.token", &bytes);
        let loaded = computer.vault().load(&account).unwrap().expect("the backup");
        assert_eq!(loaded.stored.generation, Generation(1), "byte {position}");
        let notice = loaded.notice.expect("it says so");
        assert!(notice.todo.starts_with("Daypass uses the backup of 2027-01-15 08:00 UTC"), "{notice}");
    }
}

#[test]
fn a_flipped_byte_in_the_check_file_locks_nobody_out() {
    let computer = Computer::default();
    computer.vault().save(&id("upstox"), &stored(1), at(0)).unwrap();
    let good = computer.disk.bytes("vault.check");
    for position in 0..good.len() {
        let mut bytes = good.clone();
        bytes[position] ^= 0x01;
        computer.disk.put("vault.check", &bytes);
        assert_eq!(generation_of(&computer.vault(), &id("upstox")), Some(1), "byte {position}");
    }
    computer.disk.delete("vault.check");
    assert_eq!(generation_of(&computer.vault(), &id("upstox")), Some(1));
    assert!(computer.disk.files().contains(&"vault.check".to_owned()), "it is written again");
}

#[test]
fn a_file_in_the_place_of_another_does_not_open() {
    let computer = Computer::default();
    let vault = computer.vault();
    vault.save(&id("real"), &stored(1), at(0)).unwrap();
    vault.save(&id("practice"), &stored(1), at(0)).unwrap();
    vault.set_secret(&id("real"), (Which::Client, &Secret::new("client-secret")), at(0)).unwrap();
    for (from, to) in [("practice.token", "real.token"), ("real.secret", "real.token"), ("vault.check", "real.token")] {
        computer.disk.put(to, &computer.disk.bytes(from));
        let error = vault.load(&id("real")).expect_err("a swapped file");
        assert_eq!(code(&error), "VAULT_DAMAGED", "{from} as {to}");
    }
    let stranger = Computer::default();
    stranger.vault().save(&id("x"), &stored(1), at(0)).unwrap();
    let other = Computer::default();
    for _ in 0..2 {
        other.vault().save(&id("x"), &stored(2), at(0)).unwrap();
    }
    let mut foreign = stranger.disk.bytes("x.token");
    foreign[25] ^= 1;
    other.disk.put("x.token", &foreign);
    assert_eq!(code(&other.vault().load(&id("x")).expect_err("another vault's file")), "VAULT_DAMAGED");
}

#[test]
fn nothing_readable_is_on_the_disk_and_little_in_the_keyring() {
    let computer = Computer::default();
    let vault = computer.vault();
    let mut long = stored(1);
    let token = format!("marker-{}", "x".repeat(4096));
    long.grant.as_mut().unwrap().access = Secret::new(token.clone());
    vault.save(&id("upstox"), &long, at(0)).unwrap();
    vault.save(&id("upstox"), &stored(2), at(0)).unwrap();
    vault.set_secret(&id("upstox"), (Which::Client, &Secret::new("marker-client-secret")), at(0)).unwrap();
    for name in computer.disk.files() {
        let text = String::from_utf8_lossy(&computer.disk.bytes(&name)).into_owned();
        assert!(!text.contains("marker") && !text.contains("AB1234"), "{name}");
    }
    let items = computer.keyring.items();
    assert_eq!(items.len(), 1, "one item for everything");
    let (name, key) = items.iter().next().unwrap();
    assert!(key.len() <= 100 && !name.contains("upstox"), "{} bytes under {name}", key.len());
    computer.disk.delete("upstox.token");
    let found = computer.vault().load(&id("upstox")).unwrap().expect("the backup");
    assert_eq!(found.stored.grant.unwrap().access.expose(), token, "a long token survives");
}

#[test]
fn five_earlier_generations_are_kept() {
    let computer = Computer::default();
    let vault = computer.vault();
    for generation in 1..=9 {
        let now = at(i64::try_from(generation).unwrap());
        let saved = vault.save(&id("upstox"), &stored(generation), now).unwrap();
        assert_eq!(u64::from(saved.backups), (generation - 1).min(5));
        let again = Stored { facts: serde_json::json!({ "failures": 3 }), ..stored(generation) };
        assert_eq!(vault.save(&id("upstox"), &again, now).unwrap(), saved, "the same token makes no backup");
    }
    let expected: Vec<_> =
        (4..=8).rev().map(|n| Backup { generation: Generation(n), saved_at: at(i64::try_from(n).unwrap()) }).collect();
    assert_eq!(vault.backups(&id("upstox")).unwrap(), expected);
    assert_eq!(vault.load(&id("upstox")).unwrap().unwrap().stored.facts["failures"], 3);
    vault.remove_backups(&id("upstox")).unwrap();
    assert_eq!(vault.backups(&id("upstox")).unwrap(), []);
    assert_eq!(generation_of(&vault, &id("upstox")), Some(9));
}

#[test]
fn removing_an_account_leaves_the_others_and_nothing_of_it() {
    let computer = Computer::default();
    let vault = computer.vault();
    for account in ["a", "a-b"] {
        for generation in 1..=2 {
            vault.save(&id(account), &stored(generation), at(0)).unwrap();
        }
        for which in Which::ALL {
            vault.set_secret(&id(account), (which, &Secret::new(format!("{account}-{which:?}"))), at(0)).unwrap();
        }
    }
    vault.remove(&id("a")).unwrap();
    let left = ["a-b.00000001.backup", "a-b.secret", "a-b.token", "a-b.webhook.secret", "vault.check"];
    assert_eq!(computer.disk.files(), left);
    assert!(vault.load(&id("a")).unwrap().is_none());
    for which in Which::ALL {
        assert!(vault.secret(&id("a"), which).unwrap().is_none());
        let kept = vault.secret(&id("a-b"), which).unwrap().expect("the other's");
        assert!(kept.matches(format!("a-b-{which:?}").as_bytes()), "each has a place of its own");
    }
    vault.remove(&id("a")).expect("removing what is gone is fine");
}

#[test]
fn a_file_that_the_disk_does_not_give_locks_nobody_else_out() {
    for spoilt in ["bad.token", "bad.secret", "vault.check"] {
        let passphrase = || Source::Passphrase(Secret::new("a passphrase"));
        for source in [|| Source::Keyring, passphrase] {
            let computer = Computer::default();
            let vault = computer.open(source()).unwrap();
            vault.save(&id("good"), &stored(1), at(0)).unwrap();
            vault.save(&id("bad"), &stored(1), at(0)).unwrap();
            vault.set_secret(&id("bad"), (Which::Client, &Secret::new("client-secret")), at(0)).unwrap();
            computer.disk.spoil(spoilt);
            let vault = computer.open(source()).unwrap_or_else(|error| panic!("{spoilt}: {error}"));
            assert_eq!(generation_of(&vault, &id("good")), Some(1), "{spoilt}");
            if spoilt == "bad.token" {
                assert_eq!(code(&vault.load(&id("bad")).expect_err("it cannot be read")), "VAULT_IO");
            }
        }
    }
}

#[test]
fn where_nothing_can_be_read_no_new_key_is_made() {
    for files in [&["vault.check"][..], &["upstox.token", "vault.check"]] {
        let computer = Computer::default();
        computer.vault().save(&id("upstox"), &stored(1), at(0)).unwrap();
        if files.len() == 1 {
            computer.disk.delete("upstox.token");
        }
        files.iter().for_each(|file| computer.disk.spoil(file));
        let before = (computer.disk.files(), computer.keyring.items());
        let vault = computer.open(Source::Keyring);
        let problem = vault.map_or_else(|error| Some(error.problem()), |vault| vault.problem());
        assert_eq!(problem.expect("it is said").code, "VAULT_IO", "{files:?}");
        assert_eq!((computer.disk.files(), computer.keyring.items()), before, "{files:?}");
    }
}

#[test]
fn no_new_key_is_made_while_sealed_files_exist() {
    let computer = Computer::default();
    computer.vault().save(&id("upstox"), &stored(1), at(0)).unwrap();
    let files = computer.disk.files();
    let emptied = Computer { keyring: FakeKeyring::default(), ..computer.clone() };
    let error = emptied.open(Source::Keyring).err().expect("the key is gone");
    assert_eq!(
        error.problem().to_string(),
        "The key to the stored sign-ins is not in the keyring. \
         Restore the keyring from a backup, or move /vault away and sign in again."
    );
    assert!(emptied.keyring.items().is_empty() && computer.disk.files() == files, "nothing was written");
    let items = computer.keyring.items();
    let wrong = items.keys().map(|name| (name.clone(), "A".repeat(43))).collect();
    computer.keyring.set(wrong);
    assert_eq!(code(&computer.open(Source::Keyring).err().unwrap()), "VAULT_WRONG_KEY");
    computer.keyring.set(items);
    assert_eq!(generation_of(&computer.vault(), &id("upstox")), Some(1), "nothing was destroyed");
}

#[test]
fn a_lone_check_file_without_its_key_is_no_loss() {
    let computer = Computer::default();
    drop(computer.vault());
    computer.keyring.set([].into());
    computer.vault().save(&id("upstox"), &stored(1), at(0)).unwrap();
    assert_eq!(generation_of(&computer.vault(), &id("upstox")), Some(1));
}

#[test]
fn a_locked_keyring_is_a_state_that_ends_by_itself() {
    let computer = Computer::default();
    computer.vault().save(&id("upstox"), &stored(1), at(0)).unwrap();
    computer.keyring.be(Mood::Locked);
    let vault = computer.vault();
    assert_eq!((vault.kind(), vault.problem().unwrap().what.as_ref()), (Kind::Locked, "The keyring is locked."));
    assert_eq!(vault.load(&id("upstox")).err(), Some(VaultError::Locked));
    assert_eq!(vault.save(&id("upstox"), &stored(2), at(0)).err(), Some(VaultError::Locked));
    computer.keyring.be(Mood::Broken);
    assert_eq!(code(&vault.retry().err().unwrap()), "VAULT_KEYRING_FAILED");
    computer.keyring.be(Mood::Open);
    vault.save(&id("upstox"), &stored(2), at(0)).expect("each call tries again");
    assert_eq!((vault.kind(), vault.problem()), (Kind::Keyring, None));
    computer.keyring.be(Mood::Locked);
    assert_eq!(generation_of(&vault, &id("upstox")), Some(2), "a keyring that locks later costs nothing");
}

#[test]
fn a_keyring_that_fails_while_the_first_key_is_made_leaves_no_trouble_behind() {
    for mood in [Mood::Locked, Mood::Broken] {
        let computer = Computer::default();
        computer.keyring.be(mood);
        let vault = computer.vault();
        assert_eq!(vault.kind(), Kind::Locked);
        computer.keyring.be(Mood::Open);
        vault.save(&id("upstox"), &stored(1), at(0)).unwrap();
        assert_eq!((generation_of(&computer.vault(), &id("upstox")), computer.keyring.items().len()), (Some(1), 1));
    }
}

#[test]
fn without_a_keyring_the_vault_says_so_and_says_what_waits_for_one() {
    let computer = Computer::default();
    computer.keyring.be(Mood::Absent);
    assert_eq!(computer.open(Source::Keyring).err(), Some(VaultError::NoKeyring { sealed: false }));
    computer.keyring.be(Mood::Open);
    computer.vault().save(&id("upstox"), &stored(1), at(0)).unwrap();
    computer.keyring.be(Mood::Absent);
    assert_eq!(computer.open(Source::Keyring).err(), Some(VaultError::NoKeyring { sealed: true }));
}

#[test]
fn a_passphrase_opens_what_it_sealed_and_a_wrong_one_destroys_nothing() {
    let computer = Computer::default();
    computer.keyring.be(Mood::Absent);
    let open = |text: &str| computer.open(Source::Passphrase(Secret::new(text)));
    let vault = open("correct horse").unwrap();
    vault.save(&id("upstox"), &stored(1), at(0)).unwrap();
    assert_eq!(vault.kind(), Kind::Passphrase);
    let files = computer.disk.files();
    assert_eq!(open("wrong horse").err(), Some(VaultError::WrongPassphrase));
    assert_eq!(computer.disk.files(), files);
    let mut bytes = computer.disk.bytes("upstox.token");
    *bytes.last_mut().unwrap() ^= 1;
    computer.disk.put("upstox.token", &bytes);
    let damaged = open("correct horse").unwrap().load(&id("upstox")).expect_err("damage");
    assert_eq!(code(&damaged), "VAULT_DAMAGED", "damage is told apart from a wrong passphrase");
    *bytes.last_mut().unwrap() ^= 1;
    computer.disk.put("upstox.token", &bytes);
    computer.disk.delete("vault.check");
    assert_eq!(open("wrong horse").err(), Some(VaultError::WrongPassphrase), "the token itself is a check");
    assert_eq!(generation_of(&open("correct horse").unwrap(), &id("upstox")), Some(1));
}

#[test]
fn files_sealed_in_the_other_way_are_left_alone() {
    let computer = Computer::default();
    computer.vault().save(&id("upstox"), &stored(1), at(0)).unwrap();
    let error = computer.open(Source::Passphrase(Secret::new("a passphrase"))).err().unwrap();
    assert!(error.problem().what.contains("with a key in the keyring, not with a passphrase"), "{}", error.problem());
    assert_eq!(generation_of(&computer.vault(), &id("upstox")), Some(1));
    let other = Computer::default();
    let vault = other.open(Source::Passphrase(Secret::new("a passphrase"))).unwrap();
    vault.save(&id("upstox"), &stored(1), at(0)).unwrap();
    let error = other.open(Source::Keyring).err().unwrap();
    assert!(error.problem().todo.contains("Set DAYPASS_PASSPHRASE"), "{}", error.problem());
    assert!(other.keyring.items().is_empty());
}

#[test]
fn in_memory_nothing_is_written_at_all() {
    let computer = Computer::default();
    let vault = computer.open(Source::Memory).unwrap();
    vault.save(&id("upstox"), &stored(1), at(0)).unwrap();
    vault.set_secret(&id("upstox"), (Which::Client, &Secret::new("client-secret")), at(0)).unwrap();
    assert_eq!((vault.kind(), generation_of(&vault, &id("upstox"))), (Kind::Memory, Some(1)));
    assert!(vault.secret(&id("upstox"), Which::Client).unwrap().unwrap().matches(b"client-secret"));
    assert!(vault.backups(&id("upstox")).unwrap().is_empty());
    vault.remove(&id("upstox")).unwrap();
    assert!(vault.load(&id("upstox")).unwrap().is_none());
    assert_eq!((computer.disk.steps(), computer.disk.files().len(), computer.keyring.items().len()), (0, 0, 0));
}
