//! A JSON file with the token, in the shape that existing tools for Upstox read.
//!
//! ```json
//! {"access_token": "eyJ0…", "created_at": 1790000000, "expires_at": 1790030000}
//! ```
//! Times are whole seconds since 1970; `expires_at` is `null` where the broker gives no end. The invariant: readers see
//! the whole file of one token, always, and only its owner sees it. What this is not: a file for anything else; it is
//! replaced as a whole.

use crate::outlet::{Kind, Outlet, Parcel, Ports, required};
use crate::place::{self, Place};
use async_trait::async_trait;
use daypass_domain::{Field, OutletField, OutletProfile, OutletSettings, Problem, Secret, Shape};
use serde_json::json;
use std::path::PathBuf;
use zeroize::Zeroizing;

pub(crate) struct JsonFile;

static PROFILE: OutletProfile = OutletProfile {
    id: "json_file",
    name: "JSON file",
    help: "A file with access_token, created_at and expires_at, as existing Upstox tools read it.",
    fields: &[OutletField {
        field: Field {
            key: "path",
            label: "File",
            help: "Where it is written, such as ~/bot/token.json; only you can read it.",
            secret: false,
            required: true,
        },
        shape: Shape::File,
        default: "",
    }],
};

impl Kind for JsonFile {
    fn profile(&self) -> &'static OutletProfile {
        &PROFILE
    }

    fn target(&self, settings: &OutletSettings) -> String {
        settings.text("path").unwrap_or_default().to_owned()
    }

    fn open(&self, settings: &OutletSettings, _secret: Option<Secret>) -> Result<Box<dyn Outlet>, Problem> {
        Ok(Box::new(Opened { path: required(settings, "path")?.into() }))
    }
}

struct Opened {
    path: PathBuf,
}

#[async_trait]
impl Outlet for Opened {
    async fn deliver(&self, parcel: &Parcel, _ports: Ports<'_>) -> Result<(), Problem> {
        let content = content(parcel);
        place::on_disk(&self.path, move |path| {
            let place = Place::at(path)?;
            place.replace(content.as_bytes(), place::OWNER_ONLY)
        })
        .await
    }

    async fn is_there(&self, parcel: &Parcel) -> bool {
        let content = content(parcel);
        place::holds(&self.path, move |found| Ok(*found.text == *content)).await
    }
}

fn content(parcel: &Parcel) -> Zeroizing<String> {
    let (created_at, expires_at) = (parcel.issued_at.timestamp(), parcel.ends.map(|end| end.timestamp()));
    let token = parcel.token.expose();
    let whole = json!({ "access_token": token, "created_at": created_at, "expires_at": expires_at });
    Zeroizing::new(format!("{whole}\n"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::place::tests::{mode, parcel, ports};

    #[tokio::test]
    async fn the_file_is_as_existing_tools_read_it_and_closed_to_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token.json");
        std::fs::write(&path, "{\"access_token\": \"old\", \"more\": 1}").expect("an older file");
        let outlet = Opened { path: path.clone() };
        for (parcel, expires) in [(parcel("token-1"), json!(1_790_030_000)), (unending("token-2"), json!(null))] {
            outlet.deliver(&parcel, ports()).await.expect("delivered");
            let text = std::fs::read_to_string(&path).expect("a file");
            let found: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let token = parcel.token.expose();
            let wanted = json!({"access_token": token, "created_at": 1_790_000_000, "expires_at": expires});
            assert_eq!(found, wanted);
            assert_eq!(mode(&path), 0o600);
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
    }

    #[tokio::test]
    async fn it_is_there_until_somebody_takes_it_away_changes_it_or_opens_it_to_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token.json");
        let outlet = Opened { path: path.clone() };
        place::tests::it_is_seen_when_a_file_is_changed(&outlet, &path).await;
        outlet.deliver(&parcel("new-token"), ports()).await.expect("delivered");
        assert!(!outlet.is_there(&unending("new-token")).await, "its end is another one");
    }

    fn unending(token: &str) -> Parcel {
        Parcel { ends: None, ..parcel(token) }
    }
}
