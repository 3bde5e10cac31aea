//! Prepares what `generate_context!` needs: the configuration, the capabilities and a UI folder that exists.
//!
//! A fresh clone has no built UI, and clippy and the tests need none: they get a page that says so. A built UI is never
//! touched.

use std::{fs, path::Path};

const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Daypass</title>\
<body><h1>Daypass</h1><p>The window was not built. Run make.</p></body></html>\n";

/// The window may call these and nothing else; each becomes a permission of its own.
const COMMANDS: &[&str] = &[
    "snapshot",
    "sign_in",
    "cancel",
    "paste",
    "refresh",
    "probe",
    "look_around",
    "sign_out",
    "pause",
    "resume",
    "copy_token",
    "settings",
    "change_settings",
    "put_account",
    "remove_account",
    "unlock",
    "keep_secret",
    "add_practice",
    "history",
    "export_history",
    "log",
    "report",
    "test_notification",
    "keys",
    "make_key",
    "revoke_key",
    "open_settings",
    "open_history",
    "open_link",
    "hide_window",
    "painted",
    "quit",
    "autostart",
    "set_autostart",
];

fn main() {
    let page = Path::new("ui/dist/index.html");
    if !page.exists() {
        fs::create_dir_all("ui/dist").and_then(|()| fs::write(page, PLACEHOLDER)).expect("ui/dist can be written");
    }
    println!("cargo::rerun-if-changed=ui/dist");
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new()
        .app_manifest(manifest)
        .capabilities_path_pattern("src-tauri/capabilities/*.json");
    tauri_build::try_build(attributes).expect("tauri.conf.json and src-tauri/capabilities are valid");
}
