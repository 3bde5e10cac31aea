//! The log: to the terminal and to a rotating file in the state folder, with every secret removed by value.
//!
//! The filter sits at the sink: whatever a library writes, a line leaves the program only through [`Clean`]. What this
//! is not: an audit trail.

use daypass_domain::redact;
use std::io::{self, Write};
use std::path::Path;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Days of log files that are kept; two weeks cover a holiday and the report after it.
const DAYS_KEPT: usize = 14;

/// Writes what is left in the queue when dropped.
#[derive(Debug)]
pub(crate) struct Log(#[expect(dead_code, reason = "held: dropping it flushes the file")] Option<WorkerGuard>);

/// Starts the log. A file that cannot be opened is said on the terminal and costs nothing else.
pub(crate) fn start(level: &str, file: Option<&Path>) -> Log {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let terminal = tracing_subscriber::fmt::layer().with_target(false).with_writer(|| Clean::new(io::stderr()));
    let opened = file.map(open);
    let (writer, guard, trouble) = match opened {
        Some(Ok(appender)) => {
            let (writer, guard) = tracing_appender::non_blocking(appender);
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
    let _ = tracing_subscriber::registry().with(filter).with(terminal).with(file_layer).try_init();
    if let Some(error) = trouble {
        tracing::warn!("The log file could not be opened ({error}). The log goes to the terminal only.");
    }
    Log(guard)
}

fn open(file: &Path) -> Result<RollingFileAppender, String> {
    let folder = file.parent().ok_or("it has no folder")?;
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or("daypass");
    let suffix = file.extension().and_then(|suffix| suffix.to_str()).unwrap_or("log");
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(stem)
        .filename_suffix(suffix)
        .max_log_files(DAYS_KEPT)
        .build(folder)
        .map_err(|error| error.to_string())
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
