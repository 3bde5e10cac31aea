//! What happened, as a file among the person's downloads.
//!
//! Invariant: a file that is there already is never written over, and only its owner may read the new one: the ledger names
//! people. What this is not: the making of the text; the client does that.

use crate::backend::{AccountId, Answer, Client, HistoryQuery, Moment};
use crate::commands::broken;
use serde::Deserialize;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// More lines than five years of checks have.
const ALL: usize = 10_000_000;
/// So many files of one name and day are told apart.
const NAMES: usize = 1_000;
const FAILED: &str = "The file could not be saved.";

/// In which form.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// Lines for a spreadsheet.
    Csv,
    /// Lines and sums for programs.
    Json,
}

/// Writes the file, and says where it is.
pub(crate) async fn save(
    client: &dyn Client,
    folder: PathBuf,
    (account, since): (AccountId, Moment),
    format: Format,
) -> Answer<String> {
    let wanted = HistoryQuery {
        account: Some(account.clone()),
        since: Some(since),
        limit: Some(ALL),
        csv: matches!(format, Format::Csv),
        ..HistoryQuery::default()
    };
    let mut page = client.history(&wanted).await?;
    let day = client.snapshot().await?.now.format("%Y-%m-%d");
    let csv = page.as_object_mut().and_then(|page| page.remove("csv"));
    let (text, ending) = match (format, csv.as_ref().and_then(|csv| csv.as_str())) {
        (Format::Csv, Some(csv)) => (csv.to_owned(), "csv"),
        _ => (format!("{page:#}\n"), "json"),
    };
    let name = format!("daypass-history-{account}-{day}");
    let saved = tauri::async_runtime::spawn_blocking(move || write(&folder, &name, ending, &text)).await;
    match saved {
        Ok(Ok(path)) => Ok(path.display().to_string()),
        Ok(Err(error)) => Err(broken(FAILED, &error)),
        Err(error) => Err(broken(FAILED, &error)),
    }
}

fn write(folder: &Path, name: &str, ending: &str, text: &str) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    for number in 1..NAMES {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{name}{number}.{ending}"));
        match create(&path) {
            Ok(mut file) => return file.write_all(text.as_bytes()).map(|()| path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use daypass_api::scripted::{ScriptedClient, snapshot};
    use std::os::unix::fs::PermissionsExt;

    #[tokio::test]
    async fn a_file_is_private_and_writes_over_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let client = ScriptedClient::new(snapshot(Moment::UNIX_EPOCH, vec![]));
        let upstox = || (AccountId::new("upstox").expect("an id"), Moment::UNIX_EPOCH);
        let place = folder.path().join("Downloads");
        let mut saved = Vec::new();
        for _ in 0..2 {
            saved.push(save(&client, place.clone(), upstox(), Format::Json).await.expect("a file"));
        }
        assert!(saved[0].ends_with("daypass-history-upstox-1970-01-01.json"), "{saved:?}");
        assert!(saved[1].ends_with("daypass-history-upstox-1970-01-01-2.json"), "{saved:?}");
        for path in saved {
            assert_eq!(std::fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
            serde_json::from_str::<serde_json::Value>(&std::fs::read_to_string(&path).expect("text")).expect("JSON");
        }
    }
}
