//! The accounts: lists in two files, the `upstox:` block, and the environment, put together field by field.

use crate::dotenv::Variables;
use crate::load::Loading;
use crate::outlets;
use crate::settings::{AccountSettings, FoundSecret, Origin};
use crate::table::{self, Kind};
use crate::tree::{Node, Value};
use chrono::Duration;
use daypass_domain::outlet::WEBHOOK_SECRET;
use daypass_domain::{Account, AccountId, Policy, RedirectUri, Secret, UserId};
use std::collections::BTreeMap;

/// The account that the environment and the `upstox:` block describe.
const ENV_ACCOUNT: &str = "upstox";
/// Its variables, and the fields they set.
const VARIABLES: &[(&str, &str)] = &[
    ("UPSTOX_CLIENT_ID", "client_id"),
    ("UPSTOX_CLIENT_SECRET", "client_secret"),
    ("UPSTOX_REDIRECT_URI", "redirect_uri"),
    ("UPSTOX_BASE_URL", "base_url"),
    ("UPSTOX_WEBHOOK_SECRET", WEBHOOK_SECRET),
];
/// Fields that every account has, whatever its broker.
const FIELDS: &[&str] = &[
    "id",
    "label",
    "broker",
    "client_id",
    CLIENT_SECRET,
    "redirect_uri",
    "user",
    "practice",
    "day",
    "policy",
    "outlets",
    WEBHOOK_SECRET,
];
const CLIENT_SECRET: &str = "client_secret";
/// Those that never leave this part as a text.
pub(crate) const SECRETS: &[&str] = &[CLIENT_SECRET, WEBHOOK_SECRET];

/// An account while its fields come in.
pub(crate) struct Draft {
    id: AccountId,
    fields: BTreeMap<String, (String, Origin)>,
    policy: Vec<(String, String, Origin)>,
    outlets: outlets::Draft,
}

/// A list of accounts in a file.
pub(crate) fn list(loading: &mut Loading, node: &Node, option_keys: &[&str], origin: &dyn Fn(u64) -> Origin) {
    let Value::List(items) = &node.value else {
        loading.unreadable |= node.value != Value::Nothing;
        return loading.wrong(&origin(node.line), "accounts", "not a list", "a list, each item beginning with `- id:`");
    };
    for item in items {
        let id = item.entries().iter().find(|(key, _)| key == "id").and_then(|(_, node)| node.scalar());
        let id = id.map(AccountId::new);
        loading.unreadable |= !matches!(id, Some(Ok(_)));
        match id {
            Some(Ok(id)) => fields(loading, &id, item, option_keys, origin),
            Some(Err(error)) => {
                loading.note(&origin(item.line).to_string(), &format!("{error}."), "Choose another id.");
            }
            None => loading.note(
                &origin(item.line).to_string(),
                "An account has no id and is left out.",
                "Give it one, such as `id: main`.",
            ),
        }
    }
}

/// A block that is short for one account.
pub(crate) fn block(
    loading: &mut Loading,
    id: &str,
    node: &Node,
    option_keys: &[&str],
    origin: &dyn Fn(u64) -> Origin,
) {
    let Ok(id) = AccountId::new(id) else { return };
    match node.value {
        Value::Map(_) => fields(loading, &id, node, option_keys, origin),
        Value::Nothing => {}
        _ => loading.wrong(
            &origin(node.line),
            id.as_str(),
            "not a block",
            "client_id, client_secret, redirect_uri below it",
        ),
    }
}

/// The names of the variables that describe an account.
pub(crate) fn variable_names() -> impl Iterator<Item = &'static str> {
    VARIABLES.iter().map(|(name, _)| *name)
}

/// The variables of the environment that describe an account.
pub(crate) fn variables(loading: &mut Loading, variables: &mut Variables) {
    let Ok(id) = AccountId::new(ENV_ACCOUNT) else { return };
    for (name, field) in VARIABLES {
        if let Some((value, origin)) = variables.remove(*name) {
            // An address alone does not make an account, nor does what signs its messages.
            let known = loading.drafts.iter().any(|draft| draft.id == id);
            if known || !["base_url", WEBHOOK_SECRET].contains(field) {
                set(loading, &id, field, &value, origin);
            }
        }
    }
}

fn fields(loading: &mut Loading, id: &AccountId, node: &Node, option_keys: &[&str], origin: &dyn Fn(u64) -> Origin) {
    draft(loading, id);
    for (key, value) in node.entries() {
        let at = origin(value.line);
        match (key.as_str(), value.scalar()) {
            ("id", _) => {}
            ("policy", _) => policy(loading, id, value, origin),
            ("outlets", _) => {
                let found = outlets::block(loading, id, value, origin);
                draft(loading, id).outlets.extend(found);
            }
            (_, None) if value.value == Value::Nothing => {}
            (_, None) if list_of_texts(value).is_some() => {
                set(loading, id, key, &list_of_texts(value).unwrap_or_default(), at);
            }
            (_, None) => loading.wrong(&at, &format!("accounts.{id}.{key}"), "not a text", "one text"),
            (_, Some(text)) => {
                if !FIELDS.contains(&key.as_str()) && !option_keys.contains(&key.as_str()) {
                    loading.unknown(&at, key, &[FIELDS, option_keys].concat());
                } else {
                    set(loading, id, key, &text, at);
                }
            }
        }
    }
}

/// `scopes: [a, b]` is the same as `scopes: a b`.
fn list_of_texts(node: &Node) -> Option<String> {
    match &node.value {
        Value::List(items) => items.iter().map(Node::scalar).collect::<Option<Vec<_>>>().map(|texts| texts.join(" ")),
        _ => None,
    }
}

fn policy(loading: &mut Loading, id: &AccountId, node: &Node, origin: &dyn Fn(u64) -> Origin) {
    if !matches!(node.value, Value::Map(_) | Value::Nothing) {
        let known: Vec<&str> = table::policy_keys().collect();
        let allowed = format!("lines below it, each with one of {}", known.join(", "));
        return loading.wrong(&origin(node.line), &format!("accounts.{id}.policy"), "not a block", &allowed);
    }
    for (key, value) in node.entries() {
        let at = origin(value.line);
        match (table::row(key).filter(|_| table::is_policy(key)), value.scalar()) {
            (Some(_), Some(text)) => {
                loading.tell(format!("accounts.{id}.policy.{key}"), text.clone(), at.clone());
                draft(loading, id).policy.push((key.clone(), text, at));
            }
            (Some(_), None) if value.value == Value::Nothing => {}
            (Some(row), None) => {
                loading.wrong(&at, &format!("accounts.{id}.policy.{key}"), "not a text", &row.allowed());
            }
            (None, _) => loading.unknown(&at, key, &table::policy_keys().collect::<Vec<_>>()),
        }
    }
}

fn set(loading: &mut Loading, id: &AccountId, key: &str, text: &str, origin: Origin) {
    // No broker gives out a key or a secret with blanks around it; a shell that has read a file from Windows does.
    let text = text.trim().to_owned();
    let shown = if SECRETS.contains(&key) { String::new() } else { text.clone() };
    loading.tell(format!("accounts.{id}.{key}"), shown, origin.clone());
    draft(loading, id).fields.insert(key.to_owned(), (text, origin));
}

fn draft<'a>(loading: &'a mut Loading, id: &AccountId) -> &'a mut Draft {
    let at = loading.drafts.iter().position(|draft| draft.id == *id).unwrap_or_else(|| {
        loading.drafts.push(Draft {
            id: id.clone(),
            fields: BTreeMap::new(),
            policy: Vec::new(),
            outlets: outlets::Draft::default(),
        });
        loading.drafts.len() - 1
    });
    &mut loading.drafts[at]
}

/// A draft becomes an account; what is wrong with a field becomes a note.
pub(crate) fn finish(
    loading: &mut Loading,
    mut draft: Draft,
    general: &Policy,
    accounts: &mut Vec<AccountSettings>,
    secrets: &mut Vec<FoundSecret>,
) {
    let id = draft.id.clone();
    let mut take = |key: &str| draft.fields.remove(key);
    let mut secret = |key: &'static str, given: Option<(String, Origin)>| {
        // A blank one must not hide the one in the keyring.
        let (text, origin) = given.filter(|(text, _)| !text.is_empty())?;
        if !matches!(origin, Origin::Environment { .. }) {
            secrets.push(FoundSecret { account: id.clone(), key, origin });
        }
        Some(Secret::new(text))
    };
    let client_secret = secret(CLIENT_SECRET, take(CLIENT_SECRET));
    let webhook_secret = secret(WEBHOOK_SECRET, take(WEBHOOK_SECRET));
    let outlets = draft.outlets.finish(loading, &id);
    let broker = take("broker").map_or_else(|| ENV_ACCOUNT.to_owned(), |(text, _)| text);
    let label = take("label").map_or_else(|| capital(id.as_str()), |(text, _)| text);
    let client_id = take("client_id").map(|(text, _)| text).unwrap_or_default();
    let redirect_uri = redirect(loading, &id, take("redirect_uri"));
    let user = take("user").map(|(text, _)| UserId(text));
    let practice = practice(loading, &id, take("practice"));
    let day = short_day(loading, &id, take("day"));
    let options = draft.fields.into_iter().map(|(key, (text, _))| (key, text)).collect();
    let policy = own_policy(loading, (&id, draft.policy), general, day);
    let account = Account { id, label, broker, client_id, redirect_uri, user, practice, day, options };
    accounts.push(AccountSettings { account, secret: client_secret, webhook_secret, outlets, policy });
}

fn redirect(loading: &mut Loading, id: &AccountId, given: Option<(String, Origin)>) -> RedirectUri {
    let Some((text, origin)) = given else { return RedirectUri::default() };
    RedirectUri::new(text.as_str()).unwrap_or_else(|why| {
        let (default, text) = (RedirectUri::default(), text.escape_debug());
        let what = format!("accounts.{id}.redirect_uri is \"{text}\": {why}. {default} is used instead.");
        loading.note(&origin.to_string(), &what, "Write it exactly as it is registered at the broker.");
        default
    })
}

fn practice(loading: &mut Loading, id: &AccountId, given: Option<(String, Origin)>) -> bool {
    let Some((text, origin)) = given else { return false };
    table::flag(&text).unwrap_or_else(|| {
        loading.wrong(&origin, &format!("accounts.{id}.practice"), &format!("\"{text}\""), &Kind::Flag.allowed());
        false
    })
}

fn short_day(loading: &mut Loading, id: &AccountId, given: Option<(String, Origin)>) -> Option<Duration> {
    let (text, origin) = given?;
    let length = humantime::parse_duration(&text).ok().and_then(|length| Duration::from_std(length).ok());
    if length.is_none_or(|length| length < Duration::seconds(1)) {
        loading.wrong(&origin, &format!("accounts.{id}.day"), &format!("\"{text}\""), "a span such as 10m, from 1s");
        return None;
    }
    length
}

/// What an account says about itself: key, text, and where.
type Own = Vec<(String, String, Origin)>;

/// A short day scales the general numbers; what the account says for itself is taken as it is.
fn own_policy(
    loading: &mut Loading,
    (id, own): (&AccountId, Own),
    general: &Policy,
    day: Option<Duration>,
) -> Option<Policy> {
    let factor = day.map(|day| u32::try_from(86_400_000 / day.num_milliseconds().max(1)).unwrap_or(u32::MAX));
    if own.is_empty() && factor.is_none() {
        return None;
    }
    let inherited = factor.map_or_else(|| general.clone(), |factor| general.scaled(factor));
    let mut policy = inherited.clone();
    for (key, text, origin) in &own {
        let Some(row) = table::row(key) else { continue };
        if let Err(allowed) = row.set_policy(&mut policy, text) {
            loading.wrong(origin, &format!("accounts.{id}.policy.{key}"), &format!("\"{text}\""), &allowed);
        }
    }
    if policy.red_below > policy.green_above {
        clash(loading, id, &own);
        (policy.red_below, policy.green_above) = (inherited.red_below, inherited.green_above);
    }
    Some(policy)
}

/// Red would begin above green: both numbers are the general ones then.
fn clash(loading: &mut Loading, id: &AccountId, own: &Own) {
    for (key, allowed) in
        [("red_below_hours", "less than green_above_hours"), ("green_above_hours", "more than red_below_hours")]
    {
        if let Some((_, text, origin)) = own.iter().rfind(|(own, ..)| own == key) {
            loading.wrong(origin, &format!("accounts.{id}.policy.{key}"), &format!("\"{text}\""), allowed);
        }
    }
}

fn capital(id: &str) -> String {
    let mut letters = id.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
