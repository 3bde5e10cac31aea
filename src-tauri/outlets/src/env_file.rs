//! A `.env` file in which one variable holds the token.
//!
//! The invariant: only that variable is changed; comments, order, other lines, line endings and a byte order mark stay as
//! they are, and the file is for its owner only from the moment that the token is in it. What this is not: a writer of
//! whole files, except where there is none yet.

mod lines;

use crate::outlet::{Kind, Outlet, Parcel, Ports, required};
use crate::place::{self, Place};
use async_trait::async_trait;
use daypass_domain::{Field, OutletField, OutletProfile, OutletSettings, Problem, Remedy, Secret, Shape};
use lines::Stuck;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

pub(crate) struct EnvFile;

static PROFILE: OutletProfile = OutletProfile {
    id: "env_file",
    name: ".env file",
    help: "One variable in a .env file; everything else in it stays as it is.",
    fields: &[
        OutletField {
            field: Field {
                key: "path",
                label: "File",
                help: "The .env file, such as ~/bot/.env. It is made if it is not there.",
                secret: false,
                required: true,
            },
            shape: Shape::File,
            default: "",
        },
        OutletField {
            field: Field {
                key: "key",
                label: "Variable",
                help: "The variable's name; the one that the broker's official client reads if you leave it out.",
                secret: false,
                required: false,
            },
            shape: Shape::Variable,
            default: "",
        },
    ],
};

/// Somebody else may save the file while it is being changed; so often it is begun anew.
const TRIES: u32 = 3;

impl Kind for EnvFile {
    fn profile(&self) -> &'static OutletProfile {
        &PROFILE
    }

    fn target(&self, settings: &OutletSettings) -> String {
        settings.text("path").unwrap_or_default().to_owned()
    }

    fn open(&self, settings: &OutletSettings, _secret: Option<Secret>) -> Result<Box<dyn Outlet>, Problem> {
        let path = required(settings, "path")?.into();
        Ok(Box::new(Opened { path, key: settings.text("key").map(str::to_owned) }))
    }
}

struct Opened {
    path: PathBuf,
    key: Option<String>,
}

#[async_trait]
impl Outlet for Opened {
    async fn deliver(&self, parcel: &Parcel, _ports: Ports<'_>) -> Result<(), Problem> {
        let key = self.key.clone().unwrap_or_else(|| parcel.env.clone());
        let token = Zeroizing::new(parcel.token.expose().to_owned());
        place::on_disk(&self.path, move |path| put(path, &key, &token)).await
    }

    async fn is_there(&self, parcel: &Parcel) -> bool {
        let key = self.key.clone().unwrap_or_else(|| parcel.env.clone());
        let token = Zeroizing::new(parcel.token.expose().to_owned());
        let path = self.path.clone();
        place::holds(&self.path, move |found| {
            let new = lines::with(&found.text, &key, &token).map_err(|stuck| sentence(&path, &key, stuck))?;
            Ok(*new == *found.text)
        })
        .await
    }
}

fn put(path: &Path, key: &str, token: &str) -> Result<(), Problem> {
    for _ in 0..TRIES {
        let place = Place::at(path)?;
        let found = place.read()?;
        let text = found.as_ref().map_or("", |found| found.text.as_str());
        let mode = found.as_ref().map_or(place::OWNER_ONLY, |found| found.mode);
        let new = lines::with(text, key, token).map_err(|stuck| sentence(path, key, stuck))?;
        let tight = mode & place::OWNER_ONLY;
        if found.is_some() && *new == *text && mode == tight {
            return Ok(());
        }
        // As late as it can be: whatever was saved meanwhile is not lost.
        let unchanged = place.read()?.map(|now| now.text) == found.as_ref().map(|found| found.text.clone());
        if unchanged {
            return place.replace(new.as_bytes(), tight);
        }
    }
    Err(BUSY.saying(format!("{} changes all the time, so the token is not in it.", path.display())))
}

const BUSY: Problem =
    Problem::new("outlet_busy", "", "See which program writes it; Daypass tries again.", Remedy::TryAgain);

fn sentence(path: &Path, key: &str, stuck: Stuck) -> Problem {
    let file = path.display();
    let problem = Problem::new("outlet_env_file", "", "", Remedy::FixSetting);
    match stuck {
        Stuck::Line(line) => problem
            .saying(format!("{file} line {line} cannot be read, so {key} cannot be set safely."))
            .advising("Mend that line: each is NAME=value, a comment or empty."),
        Stuck::Value => problem
            .saying(format!(
                "This token cannot be written into {file}: it has characters that a .env file cannot hold."
            ))
            .advising("Use another outlet for this account."),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::place::tests::{mode, parcel, ports};
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    async fn delivered(path: &Path, key: Option<&str>) -> Result<(), Problem> {
        let outlet = Opened { path: path.to_owned(), key: key.map(str::to_owned) };
        outlet.deliver(&parcel("new-token"), ports()).await
    }

    #[tokio::test]
    async fn the_mode_is_kept_but_for_what_others_may() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".env");
        delivered(&path, None).await.expect("a new file");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), "UPSTOX_ACCESS_TOKEN=new-token\n");
        assert_eq!(mode(&path), 0o600, "a new file");
        for (before, after) in [(0o644, 0o600), (0o666, 0o600), (0o600, 0o600), (0o400, 0o400), (0o755, 0o600)] {
            for text in ["UPSTOX_ACCESS_TOKEN=new-token\n", "UPSTOX_ACCESS_TOKEN=old\nA=1\n"] {
                std::fs::write(&path, text).expect("a file");
                std::fs::set_permissions(&path, Permissions::from_mode(before)).expect("a mode");
                delivered(&path, None).await.expect("delivered");
                assert_eq!(mode(&path), after, "{before:o}: {text}");
                assert_eq!(std::fs::read_to_string(&path).expect("a file"), text.replace("old", "new-token"));
                std::fs::remove_file(&path).expect("removed");
            }
        }
    }

    #[tokio::test]
    async fn a_file_that_has_the_token_already_is_not_touched() {
        use std::os::unix::fs::MetadataExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".env");
        delivered(&path, Some("TOKEN")).await.expect("delivered");
        let before = std::fs::metadata(&path).expect("a file").ino();
        delivered(&path, Some("TOKEN")).await.expect("delivered");
        assert_eq!(std::fs::metadata(&path).expect("a file").ino(), before);
    }

    #[tokio::test]
    async fn it_is_there_until_somebody_takes_it_away_changes_it_or_opens_it_to_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".env");
        let outlet = Opened { path: path.clone(), key: None };
        place::tests::it_is_seen_when_a_file_is_changed(&outlet, &path).await;
        std::fs::write(&path, "# mine\nUPSTOX_ACCESS_TOKEN='new-token'\nA=1\n").expect("a file");
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("a mode");
        assert!(outlet.is_there(&parcel("new-token")).await, "what else is in it is the owner's");
    }

    #[tokio::test]
    async fn two_accounts_share_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".env");
        let keys: Vec<String> = (0..8).map(|number| format!("TOKEN_{number}")).collect();
        let all = keys.iter().map(|key| {
            let (path, key) = (path.clone(), key.clone());
            tokio::spawn(async move { delivered(&path, Some(&key)).await })
        });
        for one in all.collect::<Vec<_>>() {
            one.await.expect("an end").expect("delivered");
        }
        let text = std::fs::read_to_string(&path).expect("a file");
        assert!(keys.iter().all(|key| text.contains(&format!("{key}=new-token\n"))), "{text}");
    }

    #[tokio::test]
    async fn what_is_no_text_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".env");
        for (content, words) in [
            (&b"A=\xff\xfe\n"[..], "is no text"),
            (&b"A=1\nUPSTOX_ACCESS_TOKEN=\"old\nB=2\n"[..], "line 2 cannot be read"),
            (&[b'#'; 1024 * 1024 + 1], "longer than 1 MiB"),
        ] {
            std::fs::write(&path, content).expect("a file");
            let problem = delivered(&path, None).await.expect_err(words);
            assert!(problem.what.contains(words), "{problem}");
            assert!(std::fs::read(&path).expect("a file") == content, "{words}");
        }
    }
}
