//! What an account says about its outlets: a block for each, whose fields are those of the outlet's form.
//!
//! The invariant: what comes out is whole and checked; an outlet with a mistake in it stays off, and the mistake is told
//! with its file, line and key. What this is not: a way to put a token anywhere, or a look at the disk.

use crate::folders::Environment;
use crate::load::Loading;
use crate::settings::{AccountSettings, Origin};
use crate::tree::{Node, Value};
use daypass_domain::{AccountId, OutletField, OutletProfile, OutletSettings, Shape};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

mod shapes;

pub(crate) use shapes::{allowed, kind};

/// Which outlets there are, and what paths are relative to.
#[derive(Default)]
pub(crate) struct Outlets {
    pub(crate) profiles: Vec<&'static OutletProfile>,
    pub(crate) folder: PathBuf,
    pub(crate) home: Option<PathBuf>,
}

impl Outlets {
    pub(crate) fn of(profiles: &[&'static OutletProfile], folder: &Path, env: &Environment) -> Self {
        let home = env.text("HOME").map(PathBuf::from).or_else(|| etcetera::home_dir().ok());
        Self { profiles: profiles.to_vec(), folder: folder.to_owned(), home }
    }

    fn find(&self, id: &str) -> Option<&'static OutletProfile> {
        self.profiles.iter().copied().find(|profile| profile.id == id)
    }

    fn ids(&self) -> Vec<&'static str> {
        self.profiles.iter().map(|profile| profile.id).collect()
    }
}

/// The outlets of one account while they come in.
#[derive(Default)]
pub(crate) struct Draft {
    /// Where each block begins.
    blocks: BTreeMap<&'static str, Origin>,
    fields: BTreeMap<(&'static str, &'static str), Vec<String>>,
}

/// The block `outlets:` of an account.
pub(crate) fn block(loading: &mut Loading, id: &AccountId, node: &Node, origin: &dyn Fn(u64) -> Origin) -> Draft {
    let mut draft = Draft::default();
    let key = format!("accounts.{id}.outlets");
    if !matches!(node.value, Value::Map(_) | Value::Nothing) {
        let allowed = format!("lines below it, each with one of {}", loading.outlets.ids().join(", "));
        loading.wrong(&origin(node.line), &key, "not a block", &allowed);
    }
    for (kind, inner) in node.entries() {
        let at = origin(inner.line);
        match (loading.outlets.find(kind), &inner.value) {
            (None, _) => loading.unknown(&at, kind, &loading.outlets.ids()),
            (Some(_), Value::Nothing) => {}
            (Some(profile), Value::Map(_)) => {
                draft.blocks.insert(profile.id, at);
                one(loading, &mut draft, (profile, &format!("{key}.{kind}")), inner, origin);
            }
            (Some(profile), _) => {
                let allowed = format!("lines below it: {}", keys(profile).join(", "));
                loading.wrong(&at, &format!("{key}.{kind}"), "not a block", &allowed);
            }
        }
    }
    draft
}

fn one(
    loading: &mut Loading,
    draft: &mut Draft,
    (profile, key): (&'static OutletProfile, &str),
    node: &Node,
    origin: &dyn Fn(u64) -> Origin,
) {
    for (name, value) in node.entries() {
        let at = origin(value.line);
        let Some(field) = profile.field(name) else {
            loading.unknown(&at, name, &keys(profile));
            continue;
        };
        if value.value == Value::Nothing {
            continue;
        }
        match shapes::read(&loading.outlets, field.shape, value) {
            Ok((text, words)) => {
                loading.tell(format!("{key}.{name}"), text, at);
                draft.fields.insert((profile.id, field.field.key), words);
            }
            Err(is) => loading.wrong(&at, &format!("{key}.{name}"), &is, &allowed(field.shape)),
        }
    }
}

fn keys(profile: &OutletProfile) -> Vec<&'static str> {
    profile.plain_fields().map(|field| field.field.key).collect()
}

impl Draft {
    /// A later file says more, or something else.
    pub(crate) fn extend(&mut self, later: Draft) {
        self.blocks.extend(later.blocks);
        self.fields.extend(later.fields);
    }

    /// The outlets that are switched on. One without what it needs is not, which is told.
    pub(crate) fn finish(mut self, loading: &mut Loading, id: &AccountId) -> Vec<OutletSettings> {
        let mut outlets = Vec::new();
        for profile in loading.outlets.profiles.clone() {
            let Some(origin) = self.blocks.remove(profile.id) else { continue };
            let own = profile.plain_fields().map(|field| field.field.key);
            let fields: BTreeMap<_, _> =
                own.filter_map(|key| Some((key, self.fields.remove(&(profile.id, key))?))).collect();
            match profile.plain_fields().find(|field| field.field.required && !fields.contains_key(field.field.key)) {
                Some(field) => missing(loading, (id, profile), field, &origin),
                None => outlets.push(OutletSettings { kind: profile.id, fields }),
            }
        }
        outlets
    }
}

fn missing(loading: &mut Loading, whose: (&AccountId, &OutletProfile), field: &OutletField, origin: &Origin) {
    let ((id, profile), key) = (whose, field.field.key);
    let what = format!("accounts.{id}.outlets.{} has no {key} and stays off.", profile.id);
    loading.note(&origin.to_string(), &what, &format!("Give it {}, or delete the block.", allowed(field.shape)));
}

/// Two outlets that would write the same thing to the same file: a bot would get the token of the wrong account. The
/// first one keeps it.
pub(crate) fn part_them(loading: &mut Loading, accounts: &mut [AccountSettings]) {
    let mut taken: Vec<Taken> = Vec::new();
    for settings in accounts {
        let (id, broker) = (settings.account.id.clone(), settings.account.broker.clone());
        settings.outlets.retain(|outlet| {
            let Some((field, path)) = file(&loading.outlets, outlet) else { return true };
            let one = Taken { id: id.clone(), broker: broker.clone(), path, outlet: outlet.clone() };
            let Some(clash) = taken.iter().find(|other| one.clashes(other, &loading.outlets)) else {
                taken.push(one);
                return true;
            };
            let key = format!("accounts.{id}.outlets.{}.{field}", outlet.kind);
            let at = loading.told(&key).map_or_else(|| key.clone(), ToString::to_string);
            let what = format!("{key} is the file that account {} writes to already, so it stays off.", clash.id);
            loading.note(&at, &what, "Give each its own file.");
            false
        });
    }
}

/// A file that belongs to an outlet.
struct Taken {
    id: AccountId,
    broker: String,
    path: String,
    outlet: OutletSettings,
}

impl Taken {
    /// What is left out is filled in by the broker: two brokers then say different things.
    fn clashes(&self, other: &Self, outlets: &Outlets) -> bool {
        let fields = outlets.find(self.outlet.kind).map_or(0, |profile| profile.plain_fields().count());
        let says_all = self.outlet.fields.len() == fields;
        let alike = self.outlet.fields == other.outlet.fields && (says_all || self.broker == other.broker);
        self.path == other.path && (self.outlet.kind != other.outlet.kind || alike)
    }
}

/// The key of the field that names a file, and the file.
fn file(outlets: &Outlets, outlet: &OutletSettings) -> Option<(&'static str, String)> {
    let mut fields = outlets.find(outlet.kind)?.plain_fields();
    let key = fields.find(|field| field.shape == Shape::File)?.field.key;
    Some((key, outlet.text(key)?.to_owned()))
}
