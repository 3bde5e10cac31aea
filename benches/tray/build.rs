//! Prepares what `generate_context!` needs.

fn main() {
    tauri_build::try_build(tauri_build::Attributes::new()).expect("tauri.conf.json is valid");
}
