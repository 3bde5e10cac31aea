//! An outlet: a place where an account's tokens are put. What its form asks for, and what an account has entered there.
//!
//! The invariant: no secret is in here; the key of a signature lies with the account's other secrets. What this is not: a
//! way to put anything anywhere.

use crate::Field;
use std::collections::BTreeMap;

/// The account's secret that signs what goes to a web address.
pub const WEBHOOK_SECRET: &str = "webhook_secret";

/// One kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutletProfile {
    /// Its key in the settings: `json_file`.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// One sentence for the form.
    pub help: &'static str,
    /// The form's fields in order.
    pub fields: &'static [OutletField],
}

/// One line of an outlet's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutletField {
    /// Key, label, help. A secret one is the account's, and in no outlet's block.
    pub field: Field,
    /// What is allowed.
    pub shape: Shape,
    /// What counts where nothing is said.
    pub default: &'static str,
}

/// What is allowed in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The path of a file.
    File,
    /// The name of an environment variable.
    Variable,
    /// A program and its arguments.
    Program,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A web address that keeps what is sent there secret on its way.
    Address,
    /// A secret text.
    Secret,
}

/// What an account says about one outlet; all of it has been checked, and paths are whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutletSettings {
    /// Which kind: the id of a profile.
    pub kind: &'static str,
    /// The words of each field; most have one.
    pub fields: BTreeMap<&'static str, Vec<String>>,
}

impl OutletSettings {
    /// The first word of a field, if it was entered.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.words(key).first().map(String::as_str)
    }

    /// All words of a field.
    pub fn words(&self, key: &str) -> &[String] {
        self.fields.get(key).map(Vec::as_slice).unwrap_or_default()
    }
}

impl OutletProfile {
    /// The field with this key, unless it is a secret.
    pub fn field(&self, key: &str) -> Option<&'static OutletField> {
        self.plain_fields().find(|field| field.field.key == key)
    }

    /// The fields that stand in the outlet's block.
    pub fn plain_fields(&self) -> impl Iterator<Item = &'static OutletField> {
        self.fields.iter().filter(|field| !field.field.secret)
    }
}
