//! Puts the layers together, and says what is wrong with them.
//!
//! The invariant: it never fails; what is wrong becomes a note. What this is not: what an account's fields mean (see
//! `accounts`) or which settings there are (see `table`).

use crate::accounts::{self, Draft};
use crate::dotenv::{self, Variables};
use crate::folders::{Environment, Folders};
use crate::outlets::{self, Outlets};
use crate::settings::{Loaded, Note, Origin, Settings, Told};
use crate::table::{self, ROWS, Row};
use crate::tree::{self, Node, Value};
use daypass_domain::{OutletProfile, Policy, Problem, Remedy};
use std::collections::BTreeMap;
use std::path::Path;

/// Everything that settings are read from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// Where the files are.
    pub folders: &'a Folders,
    /// The process environment.
    pub env: &'a Environment,
    /// A second `.env` may be here.
    pub working_dir: &'a Path,
    /// The broker-specific keys that some broker reads; others are told as likely mistakes.
    pub option_keys: &'a [&'a str],
    /// The outlets that there are.
    pub outlets: &'a [&'static OutletProfile],
}

/// Reads everything. Never fails: what is wrong becomes a note.
pub fn load(sources: &Sources<'_>) -> Loaded {
    let mut loading = Loading::of(sources);
    let settings = loading.read_file(sources, "settings.yaml");
    loading.all(sources, &settings)
}

/// The same with another text in place of `settings.yaml`: that is how a change is tried before it is written.
pub(crate) fn with_settings_text(sources: &Sources<'_>, settings_text: &str) -> Loaded {
    Loading::of(sources).all(sources, settings_text)
}

/// Read before any file is, or too secret for one.
const ENVIRONMENT_ONLY: &[&str] = &["DAYPASS_HOME", "DAYPASS_PASSPHRASE"];

/// The work in progress.
#[derive(Default)]
pub(crate) struct Loading {
    pub(crate) notes: Vec<Note>,
    told: BTreeMap<String, Told>,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) outlets: Outlets,
    pub(crate) unreadable: bool,
}

impl Loading {
    fn of(sources: &Sources<'_>) -> Self {
        let outlets = Outlets::of(sources.outlets, &sources.folders.config, sources.env);
        Self { outlets, ..Self::default() }
    }

    fn all(mut self, sources: &Sources<'_>, settings_text: &str) -> Loaded {
        let config_text = self.read_file(sources, "config.yaml");
        let settings = self.parse("settings.yaml", settings_text);
        let config = self.parse("config.yaml", &config_text);
        self.file(sources, &settings, &|line| Origin::Settings { line });
        self.file(sources, &config, &|line| Origin::Config { line });
        self.environment(sources);
        self.finish()
    }

    /// A file that is not there says nothing; one that cannot be read is told.
    fn read_file(&mut self, sources: &Sources<'_>, name: &str) -> String {
        match std::fs::read_to_string(sources.folders.config.join(name)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                self.unreadable = true;
                self.note(name, &format!("The file cannot be read and is left out ({error})."), "");
                String::new()
            }
        }
    }

    fn parse(&mut self, file: &str, text: &str) -> Node {
        let empty = Node::empty();
        match tree::read(text) {
            Ok(node) if matches!(node.value, Value::Map(_)) => node,
            Ok(node) => {
                self.unreadable = true;
                self.note(&format!("{file} line {}", node.line), "The file is not a list of `key: value` lines.", "");
                empty
            }
            Err((line, what)) => {
                self.unreadable = true;
                let about = line.map_or_else(|| file.to_owned(), |line| format!("{file} line {line}"));
                self.note(
                    &about,
                    &format!("The file cannot be read as YAML and is left out: {}.", what.trim_end_matches('.')),
                    "",
                );
                empty
            }
        }
    }

    /// One file over what is there.
    fn file(&mut self, sources: &Sources<'_>, node: &Node, origin: &dyn Fn(u64) -> Origin) {
        for (key, value) in node.entries() {
            match key.as_str() {
                "accounts" => accounts::list(self, value, sources.option_keys, origin),
                "upstox" => accounts::block(self, "upstox", value, sources.option_keys, origin),
                _ => self.entry(key, value, origin),
            }
        }
    }

    fn entry(&mut self, key: &str, node: &Node, origin: &dyn Fn(u64) -> Origin) {
        let is_block = ROWS.iter().any(|row| row.key.starts_with(&format!("{key}.")));
        if is_block && matches!(node.value, Value::Map(_) | Value::Nothing) {
            for (inner, value) in node.entries() {
                self.entry(&format!("{key}.{inner}"), value, origin);
            }
            return;
        }
        let origin = origin(node.line);
        match (table::row(key), &node.value) {
            (None, _) => {
                let known: Vec<&str> = ROWS.iter().map(|row| row.key).chain(["accounts", "upstox"]).collect();
                self.unknown(&origin, key, &known);
            }
            (Some(_), Value::Nothing) => {}
            (Some(row), _) => match node.scalar() {
                Some(text) => self.take(row.key, text, origin),
                None => self.wrong(&origin, key, "a list", &row.allowed()),
            },
        }
    }

    fn environment(&mut self, sources: &Sources<'_>) {
        let mut variables = Variables::new();
        for (name, value) in sources.env.0.iter().filter(|(_, value)| !value.trim().is_empty()) {
            variables.insert(name.clone(), (value.clone(), Origin::Environment { name: name.clone() }));
        }
        let (own, here) = (sources.folders.config.join(".env"), sources.working_dir.join(".env"));
        // Whoever starts it in the settings folder wants each mistake told once.
        let second = Some(&here).filter(|here| **here != own);
        for path in std::iter::once(&own).chain(second) {
            self.unreadable |= dotenv::read(path, &mut variables, &mut self.notes).is_err();
        }
        for row in ROWS {
            if let Some((value, origin)) = variables.remove(&row.variable()) {
                self.take(row.key, value, origin);
            }
        }
        accounts::variables(self, &mut variables);
        self.left_over(&variables);
    }

    /// In a file, a name that begins like ours is meant for us. The environment has names that other programs read.
    fn left_over(&mut self, variables: &Variables) {
        let ours = |name: &str| ["DAYPASS_", "UPSTOX_"].iter().any(|begin| name.starts_with(begin));
        for (name, (_, origin)) in variables.iter().filter(|(name, _)| ours(name)) {
            match origin {
                Origin::DotEnv { .. } if ENVIRONMENT_ONLY.contains(&name.as_str()) => self.note(
                    &origin.to_string(),
                    &format!("{name} is read only from the environment; here it does nothing."),
                    "Set it in the environment that Daypass starts in, and delete this line.",
                ),
                Origin::DotEnv { .. } => {
                    let settings: Vec<String> = ROWS.iter().map(Row::variable).collect();
                    let mut known: Vec<&str> = accounts::variable_names().collect();
                    known.extend(settings.iter().map(String::as_str));
                    self.unknown(origin, name, &known);
                }
                _ => {}
            }
        }
    }

    /// A value for a key, over what was there; checked at the end, so that a bad one does not hide a good one.
    fn take(&mut self, key: &'static str, text: String, origin: Origin) {
        let row = table::row(key).expect("a key of the table");
        if let Err(allowed) = row.set(&mut Settings::default(), &text) {
            return self.wrong(&origin, key, &format!("\"{text}\""), &allowed);
        }
        self.told.insert(key.to_owned(), Told { text, origin });
    }

    fn finish(mut self) -> Loaded {
        let mut settings = Settings::default();
        for (key, told) in &self.told {
            if let Some(row) = table::row(key) {
                let _ = row.set(&mut settings, &told.text);
            }
        }
        if settings.policy.red_below > settings.policy.green_above {
            let defaults = Policy::default();
            self.note(
                "red_below_hours",
                "Red would begin above green; the defaults are used.",
                "Make red_below_hours smaller than green_above_hours.",
            );
            (settings.policy.red_below, settings.policy.green_above) = (defaults.red_below, defaults.green_above);
        }
        let mut found_secrets = Vec::new();
        for draft in std::mem::take(&mut self.drafts) {
            accounts::finish(&mut self, draft, &settings.policy, &mut settings.accounts, &mut found_secrets);
        }
        outlets::part_them(&mut self, &mut settings.accounts);
        Loaded { settings, notes: self.notes, found_secrets, told: self.told, unreadable: self.unreadable }
    }

    /// Remembers where an account's field comes from.
    pub(crate) fn tell(&mut self, key: String, text: String, origin: Origin) {
        self.told.insert(key, Told { text, origin });
    }

    /// Where a field comes from.
    pub(crate) fn told(&self, key: &str) -> Option<&Origin> {
        self.told.get(key).map(|told| &told.origin)
    }

    /// A value that is not allowed.
    pub(crate) fn wrong(&mut self, origin: &Origin, key: &str, is: &str, allowed: &str) {
        self.note(&origin.to_string(), &format!("{key} is {is}, which is left out."), &format!("Allowed: {allowed}."));
    }

    /// A key that nobody reads.
    pub(crate) fn unknown(&mut self, origin: &Origin, key: &str, known: &[&str]) {
        let near = known.iter().filter(|known| distance(known, key) <= 2).min_by_key(|known| distance(known, key));
        let todo = near.map_or_else(
            || format!("Remove it. Allowed: {}.", known.join(", ")),
            |near| format!("Did you mean {near}?"),
        );
        self.note(&origin.to_string(), &format!("There is no setting \"{key}\"; it is left out."), &todo);
    }

    pub(crate) fn note(&mut self, about: &str, what: &str, todo: &str) {
        let todo = if todo.is_empty() { "Mend it; the rest works meanwhile." } else { todo };
        let begin = about.strip_prefix("the ").map_or_else(|| about.to_owned(), |rest| format!("The {rest}"));
        let problem =
            Problem::new("bad_setting", "", "", Remedy::FixSetting).saying(format!("{begin}: {what}")).advising(todo);
        self.notes.push(Note { about: about.to_owned(), problem });
    }
}

/// How many letters two words differ by (insert, delete, replace): enough to guess at a misspelling.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let cost = before + usize::from(a != *b);
            before = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(before + 1);
        }
    }
    row[other.len()]
}
