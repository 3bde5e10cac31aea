//! The window's other languages have words for every form that is drawn from here: settings, brokers, outlets.

mod support;

use serde_json::Value;
use std::path::Path;
use support::{is_alone, running};

/// How each text of a form is called in `ui/src/words`.
fn texts(settings: &Value) -> Vec<String> {
    let all = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let of = |kind: &str, form: &Value| {
        let name = format!("{kind} {}", form["id"].as_str().unwrap_or_default());
        let fields = all(form, "fields")
            .into_iter()
            .map(|field| format!("{name} {}", field["key"].as_str().unwrap_or_default()));
        std::iter::once(name.clone()).chain(fields).collect::<Vec<_>>()
    };
    let rows =
        all(settings, "settings").into_iter().map(|row| format!("setting {}", row["key"].as_str().unwrap_or_default()));
    let brokers = all(settings, "brokers").into_iter().flat_map(|broker| of("broker", &broker));
    let outlets = all(settings, "outlets").into_iter().flat_map(|outlet| of("outlet", &outlet));
    rows.chain(brokers).chain(outlets).collect()
}

#[tokio::test]
async fn hindi_has_a_label_for_each_field() {
    let home = tempfile::tempdir().expect("a folder");
    if !is_alone(home.path(), "hindi_has_a_label_for_each_field") {
        return;
    }
    let program = running(home.path(), false).await;
    let texts = texts(&program.client().settings().await.expect("the settings"));
    program.stop().await;
    assert!(texts.len() > 40, "settings, brokers and outlets: {texts:?}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/words/hi/forms.ts");
    let hindi = std::fs::read_to_string(file).expect("the Hindi words");
    let missing: Vec<_> = texts.iter().filter(|text| !hindi.contains(&format!("'{text}':"))).collect();
    assert!(missing.is_empty(), "no Hindi for {missing:?}");
    let known = hindi.lines().filter_map(|line| line.trim().strip_prefix('\'')?.split_once("':")).map(|(key, _)| key);
    let stale: Vec<_> = known.filter(|key| !texts.iter().any(|text| text == key)).collect();
    assert!(stale.is_empty(), "Hindi for what is not there: {stale:?}");
}
