//! The log: to the terminal and to a rotating file in the state folder, with every secret removed by value.
//!
//! The filter sits at the sink: whatever a library writes, a line leaves the program only through [`Clean`]. What this
//! is not: an audit trail.

use crate::private;
use chrono::NaiveDate;
use daypass_domain::redact;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, reload};

/// Days of log files that are kept; two weeks cover a holiday and the report after it.
const DAYS_KEPT: usize = 14;

/// Lines that may wait for a slow disk. Places are made for all of them at the start: the crate's own number takes 4 MiB.
const LINES_WAITING: usize = 2_048;

/// Writes what is left in the queue when dropped.
#[derive(Debug)]
pub(crate) struct Log(#[expect(dead_code, reason = "held: dropping it flushes the file")] Option<WorkerGuard>);

/// Starts the log. A file that cannot be opened is said on the terminal and costs nothing else.
pub(crate) fn start(level: &str, file: Option<&Path>) -> Log {
    let (filter, levels) = reload::Layer::new(filter(level));
    let terminal = tracing_subscriber::fmt::layer().with_target(false).with_writer(|| Clean::new(io::stderr()));
    let opened = file.map(open);
    let (writer, guard, trouble) = match opened {
        Some(Ok(appender)) => {
            let queue = NonBlockingBuilder::default().buffered_lines_limit(LINES_WAITING);
            let (writer, guard) = queue.finish(appender);
            (Some(writer), Some(guard), None)
        }
        Some(Err(error)) => (None, None, Some(error)),
        None => (None, None, None),
    };
    let file_layer = writer.map(|writer| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_target(false)
            .with_writer(move || Clean::new(writer.clone()))
    });
    // A second start in one process (tests) keeps the first log.
    if tracing_subscriber::registry().with(filter).with(terminal).with(file_layer).try_init().is_ok() {
        let _ = LEVELS.set(levels);
        log_panics();
    }
    if let Some(error) = trouble {
        tracing::warn!("The log file could not be opened ({error}). The log goes to the terminal only.");
    }
    Log(guard)
}

/// The log of a process beside the program: to the terminal only, with every secret removed as well.
pub fn log_to_terminal() {
    let terminal = tracing_subscriber::fmt::layer().with_target(false).with_ansi(false).without_time();
    let terminal = terminal.with_writer(|| Clean::new(io::stderr()));
    if tracing_subscriber::registry().with(filter("info")).with(terminal).try_init().is_ok() {
        log_panics();
    }
}

/// Another level from now on; does nothing before the start.
pub(crate) fn set_level(level: &str) {
    if let Some(levels) = LEVELS.get() {
        let _ = levels.reload(filter(level));
    }
}

static LEVELS: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

fn filter(level: &str) -> EnvFilter {
    EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"))
}

/// A panic's words may hold what was being worked on: they take the same way as every other line, and no other.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let words = panic.payload();
        let text = words.downcast_ref::<&str>().copied().or_else(|| words.downcast_ref::<String>().map(String::as_str));
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("unnamed");
        tracing::error!("A part of Daypass broke off at {place} (thread {thread}): {}", text.unwrap_or("no words"));
    }));
}

/// What the files are called before their day.
pub(crate) fn stem(file: impl AsRef<Path>) -> String {
    file.as_ref().file_stem().and_then(|stem| stem.to_str()).unwrap_or("daypass").to_owned()
}

fn open(file: &Path) -> Result<Closed, String> {
    let folder = file.parent().ok_or("it has no folder")?;
    private::folder(folder).map_err(|problem| problem.to_string())?;
    let stem = stem(file);
    let suffix = file.extension().and_then(|suffix| suffix.to_str()).unwrap_or("log");
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(&stem)
        .filename_suffix(suffix)
        .max_log_files(DAYS_KEPT)
        .build(folder)
        .map(|file| Closed { file, folder: folder.to_owned(), stem, day: None })
        .map_err(|error| error.to_string())
}

/// The rotating file, closed to other users. The folder is closed already; this is for files that are copied or moved.
struct Closed {
    file: RollingFileAppender,
    folder: PathBuf,
    stem: String,
    /// The day whose file is closed by now.
    day: Option<NaiveDate>,
}

impl Closed {
    fn close(&self) {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&self.stem)) {
            #[cfg(unix)]
            let _ = std::fs::set_permissions(entry.path(), std::os::unix::fs::PermissionsExt::from_mode(0o600));
            #[cfg(not(unix))]
            let _ = entry;
        }
    }
}

impl Write for Closed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        #[expect(clippy::disallowed_methods, reason = "the day by which the file is named, and no decision")]
        let today = Some(chrono::Utc::now().date_naive());
        if self.day != today {
            self.close();
            self.day = today;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Removes secrets from whole lines. The formatter hands over one line per write and drops the writer after it.
struct Clean<W: Write> {
    line: Vec<u8>,
    out: W,
}

impl<W: Write> Clean<W> {
    fn new(out: W) -> Self {
        Self { line: Vec::new(), out }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        if self.line.is_empty() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&self.line).into_owned();
        self.line.clear();
        self.out.write_all(redact(&text).as_bytes())
    }
}

impl<W: Write> Write for Clean<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Collected until the line is whole: a secret must not slip through in two halves.
        self.line.extend_from_slice(bytes);
        if self.line.ends_with(b"\n") {
            self.pass_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.out.flush()
    }
}

impl<W: Write> Drop for Clean<W> {
    fn drop(&mut self) {
        let _ = self.pass_on();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daypass_domain::Secret;

    #[cfg(unix)]
    #[test]
    fn file_and_folder_are_closed_to_others() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("state");
        let mut log = open(&folder.join("daypass.log")).expect("a file");
        log.write_all(b"a line\n").expect("a write");
        let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        let files: Vec<_> = std::fs::read_dir(&folder).expect("a folder").flatten().collect();
        assert_eq!(files.len(), 1);
        assert_eq!(mode(&files[0].path()), 0o600);
    }

    #[test]
    fn a_secret_in_two_halves_is_removed() {
        let secret = Secret::new("split-secret-value");
        let mut out = Vec::new();
        {
            let mut clean = Clean::new(&mut out);
            clean.write_all(b"token split-sec").expect("a write");
            clean.write_all(b"ret-value sent\n").expect("a write");
        }
        assert_eq!(String::from_utf8(out).expect("text"), "token [redacted] sent\n");
        drop(secret);
    }
}
