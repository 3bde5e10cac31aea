//! The house rules that a compiler does not check: who may depend on whom, and who may see a secret.

use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Part, and what it may depend on. Adding a part means adding a line here.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("brokers", &["domain"]),
    ("vault", &["domain"]),
    ("login", &["domain"]),
    ("senses", &["domain"]),
    ("history", &["domain"]),
    ("bots", &["domain"]),
    ("outlets", &["domain"]),
    ("config", &["domain"]),
    ("practice", &["domain"]),
    ("manager", &["domain", "brokers"]),
    ("api", &["domain", "manager"]),
    (
        "wiring",
        &[
            "domain", "brokers", "vault", "login", "config", "practice", "manager", "api", "senses", "history", "bots",
            "outlets",
        ],
    ),
    ("cli", &["wiring"]),
    ("desktop", &["wiring"]),
    ("testkit", &["domain", "brokers", "manager"]),
    ("benches", &[]),
    ("bare-tray", &[]),
];

#[test]
fn parts_depend_only_on_what_the_architecture_allows() {
    let metadata = MetadataCommand::new().no_deps().manifest_path(root().join("Cargo.toml")).exec().expect("metadata");
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let part = package.name.strip_prefix("daypass-").expect("our parts are named daypass-…");
        let Some(allowed) = allowed.get(part) else {
            wrong.push(format!("{part} is not in the table"));
            continue;
        };
        for dependency in
            package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development)
        {
            let name = dependency.name.as_str();
            match name.strip_prefix("daypass-") {
                Some("testkit") => wrong.push(format!("{part} depends on testkit outside its tests")),
                Some(other) if !allowed.contains(&other) => wrong.push(format!("{part} -> {other}")),
                Some(_) => {}
                // The bare tray is what Tauri alone costs, and nothing of ours.
                None if !["desktop", "bare-tray"].contains(&part)
                    && (name == "tauri" || name.starts_with("tauri-")) =>
                {
                    wrong.push(format!("{part} -> {name}: only the desktop app may see tauri"));
                }
                None => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(metadata.packages.len(), ARROWS.len(), "every part of the table exists");
}

/// Where a secret's text may be looked at, and why.
const MAY_EXPOSE: &[(&str, &str)] = &[
    ("domain/src/secret.rs", "its own definition"),
    ("domain/src/callback.rs", "the code on its way to the exchange"),
    ("brokers/", "request bodies and headers"),
    ("vault/", "sealing"),
    ("login/", "the state in the address check, the pasted address"),
    ("api/src/", "the token route and the socket's own requests"),
    ("cli/src/", "daypass token"),
    ("app/clipboard.rs", "copy token, and a bot's new key"),
    ("outlets/", "a token on its way into a file, a program or a signed message; the key of the signature"),
    ("practice/", "its own made-up secrets"),
    ("testkit/", "tests only"),
];

#[test]
fn a_secrets_text_is_looked_at_only_where_it_must_be() {
    let sources = root().join("src-tauri");
    let mut wrong = Vec::new();
    for file in rust_files(&sources) {
        let name = file.strip_prefix(&sources).expect("below").display().to_string();
        if name.contains("/tests/") || name.ends_with("/tests.rs") || name.contains("/benches/") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("a source file");
        // What stands below the tests' line is test code.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if code.contains(".expose()") && !MAY_EXPOSE.iter().any(|(place, _)| name.starts_with(place)) {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "these look at a secret's text without being on the list: {wrong:#?}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the root")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
