//! Changes from the settings window go to `settings.yaml`, and only there.
//!
//! All or nothing: the new text is tried with everything around it before it is written (to a temporary file that is
//! then renamed). What a file of the user's own or the environment has fixed is refused, with the place named.

use crate::accounts::SECRETS;
use crate::load::{Sources, load, with_settings_text};
use crate::settings::{Loaded, Note, Origin};
use daypass_domain::{OutletProfile, Problem, Remedy};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Applies changes by key (`check_every_minutes`, `accounts.ID.FIELD`, `accounts.ID`, `accounts.ID.policy.KEY`,
/// `accounts.ID.outlets.KIND.FIELD`);
/// `null` takes a value away, and with one that an outlet needs it switches the outlet off.
/// Secrets do not belong here.
pub fn save(sources: &Sources<'_>, changes: &BTreeMap<String, Value>) -> Result<Loaded, Vec<Problem>> {
    if let Some(key) = changes.keys().find(|key| SECRETS.iter().any(|secret| key.ends_with(secret))) {
        let what = format!("{key} is a secret, and settings files hold none.");
        return Err(vec![SECRET.saying(what)]);
    }
    let before = load(sources);
    let refused: Vec<Problem> = changes.keys().filter_map(|key| fixed(&before, key)).collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    let path = sources.folders.config.join("settings.yaml");
    let mut root = read(&path).map_err(|why| vec![unusable(&why)])?;
    for (key, value) in changes {
        put(&mut root, key, value.clone(), sources.outlets);
    }
    let text = serde_saphyr::to_string(&Value::Object(root)).map_err(|error| vec![unwritable(&error.to_string())])?;
    let after = with_settings_text(sources, &text);
    let wrong = made_by_the_change(&before, &after);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    write(&path, &text).map_err(|error| vec![unwritable(&error.to_string())])?;
    Ok(after)
}

/// A mistake that was there before is no reason to refuse: the window could then change nothing at all.
fn made_by_the_change(before: &Loaded, after: &Loaded) -> Vec<Problem> {
    let known: Vec<_> = before.notes.iter().map(sentences).collect();
    let ours = |note: &&Note| note.about.starts_with("settings.yaml") || note.about == "red_below_hours";
    let new = after.notes.iter().filter(ours).filter(|note| !known.contains(&sentences(note)));
    new.map(|note| note.problem.clone()).collect()
}

/// A note without its place: lines move when the file is written.
fn sentences(note: &Note) -> (&str, &str) {
    let what = note.problem.what.as_ref();
    (what.split_once(": ").map_or(what, |(_, what)| what), note.problem.todo.as_ref())
}

/// What the window wrote before. A file that is there and says nothing usable is never written over: accounts may be
/// in it.
fn read(path: &Path) -> Result<Map<String, Value>, String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Map::new()),
        Err(error) => return Err(error.to_string()),
    };
    match crate::tree::read(&text).map(|node| node.to_json()) {
        Ok(Value::Object(root)) => Ok(root),
        Ok(_) => Err("it is not a list of `key: value` lines".to_owned()),
        Err((Some(line), what)) => Err(format!("line {line}: {}", what.trim_end_matches('.'))),
        Err((None, what)) => Err(what.trim_end_matches('.').to_owned()),
    }
}

const SECRET: Problem = Problem::new(
    "secret_in_settings",
    "",
    "Enter it in the account's form; it goes to the keyring.",
    Remedy::FixSetting,
);

fn fixed(loaded: &Loaded, key: &str) -> Option<Problem> {
    let below = format!("{key}.");
    let (_, told) = loaded
        .told
        .iter()
        .filter(|(known, _)| *known == key || known.starts_with(&below))
        .find(|(_, told)| !matches!(told.origin, Origin::Settings { .. }))?;
    let problem = Problem::new("fixed_setting", "", "", Remedy::FixSetting)
        .saying(format!("{key} is set in {}, which wins.", told.origin))
        .advising(format!("Change it there: {}.", told.origin));
    Some(problem)
}

fn put(root: &mut Map<String, Value>, key: &str, value: Value, outlets: &[&OutletProfile]) {
    if let Some(rest) = key.strip_prefix("accounts.") {
        let (id, field) = rest.split_once('.').map_or((rest, None), |(id, field)| (id, Some(field)));
        return match field {
            Some(field) => put_field(account(root, id), field, value, outlets),
            None if value.is_null() => accounts(root).retain(|item| !has_id(item, id)),
            None => {}
        };
    }
    match key.split_once('.') {
        Some((name, inner)) => set(block(root, name), inner, value),
        None => set(root, key, value),
    }
}

/// The block with this name, made if it is not there.
fn block<'a>(map: &'a mut Map<String, Value>, name: &str) -> &'a mut Map<String, Value> {
    let block = map.entry(name).or_insert_with(|| json!({}));
    if !block.is_object() {
        *block = json!({});
    }
    block.as_object_mut().unwrap_or_else(|| unreachable!("it has just been made one"))
}

/// `KIND` or `KIND.FIELD`. What is empty then goes as well: a block says that the outlet is on.
fn put_outlet(account: &mut Map<String, Value>, key: &str, value: Value, profiles: &[&OutletProfile]) {
    let (kind, field) = key.split_once('.').map_or((key, None), |(kind, field)| (kind, Some(field)));
    let profile = profiles.iter().find(|profile| profile.id == kind);
    let needs =
        |field: &str| profile.and_then(|profile| profile.field(field)).is_some_and(|field| field.field.required);
    let outlets = block(account, "outlets");
    match field {
        Some(field) if !(value.is_null() && needs(field)) => set(block(outlets, kind), field, value),
        _ => set(outlets, kind, value),
    }
    outlets.retain(|_, outlet| outlet.as_object().is_none_or(|fields| !fields.is_empty()));
    if outlets.is_empty() {
        account.remove("outlets");
    }
}

fn put_field(account: Option<&mut Map<String, Value>>, field: &str, value: Value, outlets: &[&OutletProfile]) {
    let Some(account) = account else { return };
    if let Some(below) = field.strip_prefix("outlets.") {
        return put_outlet(account, below, value, outlets);
    }
    let Some(below) = field.strip_prefix("policy.") else { return set(account, field, value) };
    set(block(account, "policy"), below, value);
    if block(account, "policy").is_empty() {
        account.remove("policy");
    }
}

fn accounts(root: &mut Map<String, Value>) -> &mut Vec<Value> {
    let list = root.entry("accounts").or_insert_with(|| json!([]));
    if !list.is_array() {
        *list = json!([]);
    }
    list.as_array_mut().unwrap_or_else(|| unreachable!("it has just been made one"))
}

/// The account with this id, made if it is not there.
fn account<'a>(root: &'a mut Map<String, Value>, id: &str) -> Option<&'a mut Map<String, Value>> {
    let list = accounts(root);
    let at = list.iter().position(|item| has_id(item, id)).unwrap_or_else(|| {
        list.push(json!({"id": id}));
        list.len() - 1
    });
    list.get_mut(at)?.as_object_mut()
}

fn has_id(account: &Value, id: &str) -> bool {
    account.get("id").and_then(Value::as_str) == Some(id)
}

fn set(map: &mut Map<String, Value>, key: &str, value: Value) {
    if value.is_null() {
        map.remove(key);
    } else {
        map.insert(key.to_owned(), value);
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    make(folder)?;
    let fresh = path.with_extension("yaml.new");
    let mut file = fs::File::create(&fresh)?;
    file.write_all(b"# Written by the settings window. config.yaml beside it is yours and wins over this file.\n")?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

/// Only the user may look into a folder that is made here: `.env` belongs into it.
fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn unusable(why: &str) -> Problem {
    Problem::new(
        "settings_unreadable",
        "",
        "Mend settings.yaml in the settings folder, or move it away; nothing has been changed.",
        Remedy::FixSetting,
    )
    .saying(format!("settings.yaml cannot be read ({why}), so nothing is written into it."))
}

fn unwritable(why: &str) -> Problem {
    Problem::new(
        "settings_not_written",
        "",
        "Check the disk and the folder's permissions, then save again.",
        Remedy::FixSetting,
    )
    .saying(format!("The settings could not be written: {why}."))
}
