//! The world ends between any two steps on the disk, in three ways; the token must be the old one or the new one.

mod support;

use daypass_domain::Secret;
use daypass_vault::{Kind, Source, Vault, Which};
use support::{CRASHES, Computer, Crash, at, generation_of, id, stored, token};

/// Ends the world at every step of `act` and in every way, then hands over the vault as it is found by the next start.
fn at_every_step(before: &Computer, act: impl Fn(&Computer) -> bool, check: impl Fn(&Computer, bool, (usize, Crash))) {
    let rehearsal = before.with_disk(before.disk.dying_at(None));
    assert!(act(&rehearsal), "it works when nothing happens");
    let steps = rehearsal.disk.steps();
    assert!(steps >= 4, "there is something to interrupt: {steps} steps");
    for step in 0..=steps {
        for crash in CRASHES {
            let dying = before.with_disk(before.disk.dying_at(Some(step)));
            let keys = before.keyring.items();
            let acknowledged = act(&dying);
            check(&before.with_disk(dying.disk.after(crash)), acknowledged, (step, crash));
            before.keyring.set(keys);
        }
    }
}

/// What must be true after a save of `new` over `old` was interrupted.
fn old_or_new(found: &Computer, acknowledged: bool, (old, new): (Option<u64>, u64), when: (usize, Crash)) {
    let vault = found.vault();
    let generation = generation_of(&vault, &id("upstox"));
    assert!(generation == Some(new) || generation == old, "{when:?}: found {generation:?}");
    assert!(!acknowledged || generation == Some(new), "{when:?}: an acknowledged save was lost");
    assert!(found.disk.files().iter().all(|name| !name.ends_with(".tmp")), "{when:?}: leftovers");
    vault.save(&id("upstox"), &stored(new + 1), at(9)).expect("life goes on");
    assert_eq!(generation_of(&found.vault(), &id("upstox")), Some(new + 1), "{when:?}");
}

fn save(computer: &Computer, generation: u64) -> bool {
    let vault = computer.open(Source::Keyring);
    vault.is_ok_and(|vault| vault.save(&id("upstox"), &stored(generation), at(0)).is_ok())
}

#[test]
fn a_crash_during_a_save_leaves_the_old_or_the_new_token() {
    for (row, generations, new) in [
        ("the first token of all", 0, 1),
        ("the second token, with the first backup", 1, 2),
        ("a later token, with an old backup dropped", 8, 9),
        ("the same token with other facts", 3, 3),
        ("a lower generation, after a start without the vault", 5, 1),
    ] {
        let computer = Computer::default();
        for generation in 1..=generations {
            assert!(save(&computer, generation), "{row}");
        }
        let old = (generations > 0).then_some(generations);
        at_every_step(
            &computer,
            |computer| save(computer, new),
            |found, acknowledged, when| old_or_new(found, acknowledged, (old, new), when),
        );
    }
}

#[test]
fn a_crash_while_a_damaged_file_is_replaced_leaves_a_backup_or_the_new_token() {
    let computer = Computer::default();
    assert!(save(&computer, 1) && save(&computer, 2));
    let mut bytes = computer.disk.bytes("upstox.token");
    bytes[200] ^= 1;
    computer.disk.put("upstox.token", &bytes);
    at_every_step(
        &computer,
        |computer| save(computer, 3),
        |found, acknowledged, when| old_or_new(found, acknowledged, (Some(1), 3), when),
    );
}

#[test]
fn a_crash_during_a_removal_never_brings_an_older_token_back() {
    let computer = Computer::default();
    assert!((1..=3).all(|generation| save(&computer, generation)));
    let remove =
        |computer: &Computer| computer.open(Source::Keyring).and_then(|vault| vault.remove(&id("upstox"))).is_ok();
    at_every_step(&computer, remove, |found, acknowledged, when| {
        let generation = generation_of(&found.vault(), &id("upstox"));
        assert!(matches!(generation, None | Some(3)), "{when:?}: {generation:?} came back");
        assert!(!acknowledged || generation.is_none(), "{when:?}: removed, and still there");
    });
}

#[test]
fn a_crash_while_the_client_secret_is_set_leaves_the_old_or_the_new_one() {
    let computer = Computer::default();
    let set = |computer: &Computer, text: &str| {
        let set = |vault: Vault| vault.set_secret(&id("upstox"), (Which::Client, &Secret::new(text)), at(0));
        computer.open(Source::Keyring).and_then(set).is_ok()
    };
    assert!(save(&computer, 1) && set(&computer, "old-client-secret"));
    at_every_step(
        &computer,
        |computer| set(computer, "new-client-secret"),
        |found, acknowledged, when| {
            let vault = found.vault();
            let secret = vault.secret(&id("upstox"), Which::Client).expect("readable").expect("there");
            let new = secret.matches(b"new-client-secret");
            assert!(new || secret.matches(b"old-client-secret"), "{when:?}");
            assert!(new || !acknowledged, "{when:?}");
            assert_eq!(generation_of(&vault, &id("upstox")), Some(1), "{when:?}: the token is untouched");
        },
    );
}

#[test]
fn a_full_disk_costs_nothing_that_is_stored() {
    let computer = Computer::default();
    assert!(save(&computer, 1));
    let vault = computer.vault();
    for room in [0, 100, 400, 700] {
        computer.disk.room(Some(room));
        let problem = vault.save(&id("upstox"), &stored(2), at(1)).expect_err("no room").problem();
        assert_eq!(problem.code, "VAULT_DISK_FULL");
        assert!(problem.what.starts_with("The disk is full;"), "{problem}");
        assert_eq!(generation_of(&computer.vault(), &id("upstox")), Some(1), "with room for {room} bytes");
        assert!(computer.disk.files().iter().all(|name| !name.ends_with(".tmp")), "no leftovers take up space");
    }
    computer.disk.room(None);
    vault.save(&id("upstox"), &stored(2), at(2)).expect("there is room again");
    assert_eq!(generation_of(&computer.vault(), &id("upstox")), Some(2));
}

#[test]
fn a_vault_that_is_made_on_a_full_disk_opens_when_there_is_room() {
    let computer = Computer::default();
    computer.disk.room(Some(10));
    let vault = computer.vault();
    assert_eq!(vault.kind(), Kind::Locked);
    assert_eq!(vault.problem().expect("why").code, "VAULT_DISK_FULL");
    assert!(computer.keyring.items().is_empty(), "no key is left behind for a vault that never was");
    computer.disk.room(None);
    vault.save(&id("upstox"), &stored(1), at(0)).expect("room");
    assert_eq!(computer.vault().load(&id("upstox")).unwrap().unwrap().stored.grant.unwrap().access.expose(), token(1));
}
