//! All settings as data, for the window and the dashboard. No secret is in it.

use crate::outlets;
use crate::settings::{Loaded, Origin};
use crate::table::{self, Kind, ROWS, Row};
use daypass_domain::{OutletField, OutletProfile, Shape};
use serde_json::{Value, json};

/// `{settings: [...], accounts: {id: {field: {value, source}}}, secrets_in_files: [...]}`.
pub fn describe(loaded: &Loaded) -> Value {
    let settings: Vec<Value> = ROWS.iter().map(|row| setting(loaded, row)).collect();
    let accounts: Value = loaded
        .settings
        .accounts
        .iter()
        .map(|known| (known.account.id.to_string(), account(loaded, known.account.id.as_str())))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let secrets: Vec<Value> = loaded
        .found_secrets
        .iter()
        .map(|found| json!({"account": found.account.to_string(), "key": found.key, "where": found.origin.to_string()}))
        .collect();
    json!({"settings": settings, "accounts": accounts, "secrets_in_files": secrets})
}

/// The form of each outlet. What an account has entered is among its fields, as `outlets.KIND.FIELD`, and is changed by
/// that key; a secret one is sent with the account.
pub fn outlet_forms(profiles: &[&OutletProfile]) -> Value {
    let field = |OutletField { field, shape, default }: &OutletField| {
        let choices = if let Shape::Choice(choices) = shape { choices } else { &[][..] };
        json!({
            "key": field.key, "label": field.label, "help": field.help, "secret": field.secret,
            "required": field.required, "kind": outlets::kind(*shape), "choices": choices, "default": default,
            "allowed": outlets::allowed(*shape),
        })
    };
    let form = |profile: &&OutletProfile| {
        let fields: Vec<Value> = profile.fields.iter().map(field).collect();
        json!({"id": profile.id, "name": profile.name, "help": profile.help, "fields": fields})
    };
    profiles.iter().map(form).collect()
}

fn setting(loaded: &Loaded, row: &Row) -> Value {
    let told = loaded.told.get(row.key);
    let text = told.map_or(row.default, |told| told.text.as_str());
    let (kind, from, to, unit, choices) = match &row.kind {
        Kind::Number(from, to, unit) => ("number", Some(*from), Some(*to), *unit, &[][..]),
        Kind::Whole(from, to) => ("whole", Some(*from), Some(*to), "", &[][..]),
        Kind::Choice(choices) => ("choice", None, None, "", *choices),
        Kind::Span => ("span", None, None, "", &[][..]),
        Kind::File => ("file", None, None, "", &[][..]),
        Kind::Flag => ("flag", None, None, "", &[][..]),
    };
    json!({
        "key": row.key, "label": row.label, "help": row.help, "value": typed(&row.kind, text),
        "default": typed(&row.kind, row.default), "source": source(told.map(|told| &told.origin)),
        "kind": kind, "from": from, "to": to, "unit": unit, "choices": choices, "allowed": row.allowed(),
    })
}

fn account(loaded: &Loaded, id: &str) -> Value {
    let prefix = format!("accounts.{id}.");
    let fields = loaded.told.iter().filter_map(|(key, told)| {
        let field = key.strip_prefix(&prefix)?;
        let set = json!({"value": told.text, "source": source(Some(&told.origin))});
        Some((field.to_owned(), set))
    });
    fields.collect::<serde_json::Map<_, _>>().into()
}

fn typed(kind: &Kind, text: &str) -> Value {
    match kind {
        Kind::Number(..) | Kind::Whole(..) => text.trim().parse::<f64>().map_or(Value::Null, Value::from),
        Kind::Flag => Value::from(table::flag(text.trim()) == Some(true)),
        Kind::Choice(_) | Kind::Span | Kind::File => Value::from(text),
    }
}

/// `fixed`: the window cannot change it, because something that wins over it says so.
fn source(origin: Option<&Origin>) -> Value {
    let Some(origin) = origin else { return json!({"kind": "default", "fixed": false}) };
    let text = origin.to_string();
    match origin {
        Origin::Settings { line } => json!({"kind": "settings", "line": line, "text": text, "fixed": false}),
        Origin::Config { line } => {
            json!({"kind": "config", "file": "config.yaml", "line": line, "text": text, "fixed": true})
        }
        Origin::DotEnv { file, line } => {
            json!({"kind": "dotenv", "file": file, "line": line, "text": text, "fixed": true})
        }
        Origin::Environment { name } => json!({"kind": "environment", "name": name, "text": text, "fixed": true}),
    }
}
