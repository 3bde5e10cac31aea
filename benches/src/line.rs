//! One connection, and the same question over it again and again.
//!
//! The invariant: an answer is read up to its end and no further. What this is not: an HTTP client; the answers are ours
//! and have a length.

use anyhow::{Context, bail};
use std::io::{Read, Write};

/// An open connection.
pub(crate) struct Line<S> {
    stream: S,
    buffer: Vec<u8>,
    question: String,
}

impl<S: Read + Write> Line<S> {
    pub(crate) fn new(stream: S, question: String) -> Self {
        Self { stream, buffer: vec![0; 16 * 1024], question }
    }

    /// How long the body is.
    pub(crate) fn ask(&mut self) -> anyhow::Result<usize> {
        self.stream.write_all(self.question.as_bytes())?;
        let mut have = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[have..])?;
            have += read;
            let Some(head) = self.buffer[..have].windows(4).position(|four| four == b"\r\n\r\n") else {
                if read == 0 { bail!("the line was cut") } else { continue }
            };
            let text = String::from_utf8_lossy(&self.buffer[..head]).to_ascii_lowercase();
            if !text.starts_with("http/1.1 200") {
                bail!("no answer: {}", text.lines().next().unwrap_or_default());
            }
            let length: usize =
                text.lines().find_map(|line| line.strip_prefix("content-length: ")).context("no length")?.parse()?;
            if have >= head + 4 + length {
                return Ok(length);
            }
        }
    }
}
