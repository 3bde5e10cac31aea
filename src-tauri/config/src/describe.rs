//! All settings as data, for the window and the dashboard. No secret is in it.
//!
//! The invariant: these types are what the window draws; its own are generated from them. What this is not: a check of
//! anything; what does not fit was said when it was read.

use crate::outlets;
use crate::settings::{FoundSecret, Loaded, Origin};
use crate::table::{self, Kind, ROWS, Row};
use daypass_domain::{BrokerProfile, Field, OutletField as Line, OutletProfile, Shape};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Everything that the settings are drawn from.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "Settings"))]
pub struct Described {
    /// Each setting.
    pub settings: Vec<Setting>,
    /// The form of each broker.
    pub brokers: Vec<BrokerForm>,
    /// The form of each outlet. What an account has entered is among its fields, as `outlets.KIND.FIELD`, and is changed
    /// by that key; a secret one is sent with the account.
    pub outlets: Vec<OutletForm>,
    /// What is set for each account, by id and key.
    pub accounts: BTreeMap<String, BTreeMap<String, AccountField>>,
    /// The settings that an account may have of its own, by account; a practice day's are scaled and not in here.
    pub own: BTreeMap<String, Vec<Setting>>,
    /// Secrets that lie readable in a file.
    pub secrets_in_files: Vec<SecretInFile>,
    /// Where things lie.
    pub folders: BTreeMap<String, String>,
    /// The local HTTP door's, if it is open.
    pub address: Option<String>,
}

/// One setting.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Setting {
    /// Its key.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// What it is for.
    pub help: String,
    /// How it is entered.
    pub kind: SettingKind,
    /// What holds.
    #[cfg_attr(test, ts(type = "number | string | boolean | null"))]
    pub value: Value,
    /// What would hold if nobody had said anything.
    #[cfg_attr(test, ts(type = "number | string | boolean | null"))]
    pub default: Value,
    /// Who has said so.
    pub source: Source,
    /// The least number.
    pub from: Option<f64>,
    /// The greatest.
    pub to: Option<f64>,
    /// In which unit; empty if in none.
    pub unit: String,
    /// What there is to choose from.
    pub choices: Vec<String>,
    /// What is allowed, as the end of a sentence.
    pub allowed: String,
}

/// How a setting is entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum SettingKind {
    /// A number.
    Number,
    /// A whole one.
    Whole,
    /// One of some words.
    Choice,
    /// Two times of day.
    Span,
    /// A file.
    File,
    /// Yes or no.
    Flag,
}

/// Where a value comes from.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Source {
    /// Which layer.
    pub kind: SourceKind,
    /// The window cannot change it, because something that wins over it says so.
    pub fixed: bool,
    /// Where, as a phrase.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub text: Option<String>,
    /// In which file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub file: Option<String>,
    /// In which of its lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, type = "number"))]
    pub line: Option<u64>,
    /// Which variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub name: Option<String>,
}

/// The layers, the weakest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum SourceKind {
    /// Nobody has said anything.
    #[default]
    Default,
    /// `settings.yaml`, which the window writes.
    Settings,
    /// `config.yaml`.
    Config,
    /// A `.env` file.
    Dotenv,
    /// The environment.
    Environment,
}

/// What an account has entered, and where it stands.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AccountField {
    /// The text.
    pub value: String,
    /// Who has said so.
    pub source: Source,
}

/// A secret that lies readable in a file; the secret itself is not in here.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SecretInFile {
    /// Whose.
    pub account: String,
    /// Which of the account's secrets.
    pub key: String,
    /// File and line.
    #[serde(rename = "where")]
    pub place: String,
    /// It is sealed here too: the line can go.
    pub kept: bool,
}

/// What a broker asks for.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct BrokerForm {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// One line: what the broker does at night.
    pub habit: String,
    /// Where its apps are registered.
    pub console: Option<String>,
    /// One by one.
    pub fields: Vec<BrokerField>,
}

/// One line of such a form.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct BrokerField {
    /// Its key.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// What it is for.
    pub help: String,
    /// It is sealed, and never shown again.
    pub secret: bool,
    /// It cannot be left empty.
    pub required: bool,
}

/// A kind of place that tokens are put in.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OutletForm {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it does.
    pub help: String,
    /// One by one.
    pub fields: Vec<OutletField>,
}

/// One line of an outlet's form. A secret is the account's, and is sent with it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OutletField {
    /// Like a broker's.
    #[serde(flatten)]
    pub field: BrokerField,
    /// How it is entered.
    pub kind: OutletFieldKind,
    /// What there is to choose from.
    pub choices: Vec<String>,
    /// What counts where nothing is entered.
    pub default: String,
    /// What is allowed, as the end of a sentence.
    pub allowed: String,
}

/// How such a line is entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum OutletFieldKind {
    /// A path.
    File,
    /// A variable's name.
    Variable,
    /// A program and its arguments.
    Program,
    /// One of some words.
    Choice,
    /// A web address.
    Address,
    /// A secret.
    Secret,
}

/// What is set, without the forms.
pub fn describe(loaded: &Loaded) -> Described {
    let accounts = loaded.settings.accounts.iter().map(|known| known.account.id.to_string());
    let secret = |found: &FoundSecret| SecretInFile {
        account: found.account.to_string(),
        key: found.key.to_owned(),
        place: found.origin.to_string(),
        kept: false,
    };
    let own = loaded.settings.accounts.iter().filter(|known| known.account.day.is_none());
    let own = own.map(|known| known.account.id.to_string());
    Described {
        own: own
            .map(|id| (id.clone(), table::policy_keys().filter_map(|key| own_setting(loaded, &id, key)).collect()))
            .collect(),
        settings: ROWS.iter().map(|row| setting(loaded, row)).collect(),
        accounts: accounts.map(|id| (id.clone(), account(loaded, &id))).collect(),
        secrets_in_files: loaded.found_secrets.iter().map(secret).collect(),
        ..Described::default()
    }
}

/// The form of each outlet.
pub fn outlet_forms(profiles: &[&OutletProfile]) -> Vec<OutletForm> {
    let line = |Line { field, shape, default }: &Line| OutletField {
        field: broker_field(field),
        kind: outlets::kind(*shape),
        choices: words(if let Shape::Choice(choices) = shape { choices } else { &[] }),
        default: (*default).to_owned(),
        allowed: outlets::allowed(*shape),
    };
    let form = |profile: &&OutletProfile| OutletForm {
        id: profile.id.to_owned(),
        name: profile.name.to_owned(),
        help: profile.help.to_owned(),
        fields: profile.fields.iter().map(line).collect(),
    };
    profiles.iter().map(form).collect()
}

/// The form of a broker.
pub fn broker_form(profile: &BrokerProfile) -> BrokerForm {
    BrokerForm {
        id: profile.id.to_owned(),
        name: profile.name.to_owned(),
        habit: profile.habit.to_owned(),
        console: profile.console.map(str::to_owned),
        fields: profile.fields.iter().map(broker_field).collect(),
    }
}

fn broker_field(field: &Field) -> BrokerField {
    let Field { key, label, help, secret, required } = *field;
    BrokerField { key: key.to_owned(), label: label.to_owned(), help: help.to_owned(), secret, required }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn setting(loaded: &Loaded, row: &Row) -> Setting {
    let told = loaded.told.get(row.key);
    let text = told.map_or(row.default, |told| told.text.as_str());
    let (kind, from, to, unit, choices) = match &row.kind {
        Kind::Number(from, to, unit) => (SettingKind::Number, Some(*from), Some(*to), *unit, &[][..]),
        Kind::Whole(from, to) => (SettingKind::Whole, Some(*from), Some(*to), "", &[][..]),
        Kind::Choice(choices) => (SettingKind::Choice, None, None, "", *choices),
        Kind::Span => (SettingKind::Span, None, None, "", &[][..]),
        Kind::File => (SettingKind::File, None, None, "", &[][..]),
        Kind::Flag => (SettingKind::Flag, None, None, "", &[][..]),
    };
    Setting {
        key: row.key.to_owned(),
        label: row.label.to_owned(),
        help: row.help.to_owned(),
        kind,
        value: typed(&row.kind, text),
        default: typed(&row.kind, row.default),
        source: source(told.map(|told| &told.origin)),
        from,
        to,
        unit: unit.to_owned(),
        choices: words(choices),
        allowed: row.allowed(),
    }
}

/// What holds for all accounts is its default.
fn own_setting(loaded: &Loaded, id: &str, key: &str) -> Option<Setting> {
    let row = table::row(key)?;
    let general = setting(loaded, row);
    let key = format!("accounts.{id}.policy.{key}");
    let told = loaded.told.get(&key);
    let value = told.map_or_else(|| general.value.clone(), |told| typed(&row.kind, &told.text));
    let source = source(told.map(|told| &told.origin));
    Some(Setting { key, value, source, default: general.value.clone(), ..general })
}

fn account(loaded: &Loaded, id: &str) -> BTreeMap<String, AccountField> {
    let prefix = format!("accounts.{id}.");
    let fields = loaded.told.iter().filter_map(|(key, told)| {
        let field = key.strip_prefix(&prefix).filter(|field| !field.starts_with("policy."))?;
        Some((field.to_owned(), AccountField { value: told.text.clone(), source: source(Some(&told.origin)) }))
    });
    fields.collect()
}

fn typed(kind: &Kind, text: &str) -> Value {
    match kind {
        Kind::Number(..) | Kind::Whole(..) => text.trim().parse::<f64>().map_or(Value::Null, Value::from),
        Kind::Flag => Value::from(table::flag(text.trim()) == Some(true)),
        Kind::Choice(_) | Kind::Span | Kind::File => Value::from(text),
    }
}

fn source(origin: Option<&Origin>) -> Source {
    let Some(origin) = origin else { return Source::default() };
    let text = Some(origin.to_string());
    match origin {
        Origin::Settings { line } => {
            Source { kind: SourceKind::Settings, text, line: Some(*line), ..Source::default() }
        }
        Origin::Config { line } => Source {
            kind: SourceKind::Config,
            fixed: true,
            text,
            file: Some("config.yaml".to_owned()),
            line: Some(*line),
            name: None,
        },
        Origin::DotEnv { file, line } => Source {
            kind: SourceKind::Dotenv,
            fixed: true,
            text,
            file: Some(file.clone()),
            line: Some(*line),
            name: None,
        },
        Origin::Environment { name } => {
            Source { kind: SourceKind::Environment, fixed: true, text, name: Some(name.clone()), ..Source::default() }
        }
    }
}
