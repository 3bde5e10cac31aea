//! What is allowed in the fields of outlets, and what becomes of it.
//!
//! The invariant: a path that comes out is whole: `~` is the home folder, and a relative one begins in the settings folder.
//! What this is not: a look whether anything is there.

use super::Outlets;
use crate::describe::OutletFieldKind;
use crate::tree::{Node, Value};
use daypass_domain::{Shape, keeps_secrets};
use std::path::{Path, PathBuf};
use url::Url;

/// What is allowed, as the end of a sentence.
pub(crate) fn allowed(shape: Shape) -> String {
    match shape {
        Shape::File => "a file such as ~/bot/token.json; a relative path begins in the settings folder".to_owned(),
        Shape::Variable => "a name of letters, digits and _ that does not begin with a digit".to_owned(),
        Shape::Program => "a program and its arguments, such as systemctl --user restart bot".to_owned(),
        Shape::Choice(choices) => choices.join(", "),
        Shape::Address => {
            "an address that begins with https://, without user name and #; plain http only to this computer".to_owned()
        }
        Shape::Secret => "nothing here; it is the account's".to_owned(),
    }
}

/// Its name in the described form.
pub(crate) fn kind(shape: Shape) -> OutletFieldKind {
    match shape {
        Shape::File => OutletFieldKind::File,
        Shape::Variable => OutletFieldKind::Variable,
        Shape::Program => OutletFieldKind::Program,
        Shape::Choice(_) => OutletFieldKind::Choice,
        Shape::Address => OutletFieldKind::Address,
        Shape::Secret => OutletFieldKind::Secret,
    }
}

/// As it was written, and the words that count; or what it is instead.
pub(super) fn read(outlets: &Outlets, shape: Shape, node: &Node) -> Result<(String, Vec<String>), String> {
    if shape == Shape::Program {
        return program(outlets, node).ok_or_else(|| "no command".to_owned());
    }
    let text = node.scalar().ok_or("not a text")?.trim().to_owned();
    let shown = || format!("\"{}\"", text.escape_debug());
    let word = match shape {
        Shape::File => file(outlets, &text).ok_or_else(shown)?,
        Shape::Variable => Some(text.clone()).filter(|text| is_variable(text)).ok_or_else(shown)?,
        Shape::Choice(choices) => Some(text.clone()).filter(|text| choices.contains(&&**text)).ok_or_else(shown)?,
        // Not shown: there may be a password in it.
        Shape::Address => Some(text.clone()).filter(|text| is_address(text)).ok_or("not such an address")?,
        Shape::Program | Shape::Secret => return Err(shown()),
    };
    Ok((text, vec![word]))
}

fn file(outlets: &Outlets, text: &str) -> Option<String> {
    let is_file = !text.is_empty() && !text.ends_with(['/', '.']) && !text.chars().any(char::is_control);
    let path = is_file.then(|| whole(outlets, text)).flatten()?;
    path.file_name()?;
    path.into_os_string().into_string().ok()
}

/// `~name` is another user's home, which nobody here knows.
fn whole(outlets: &Outlets, text: &str) -> Option<PathBuf> {
    match text.strip_prefix('~') {
        // In one spelling: two that differ only by a `./` are one file.
        None => Some(outlets.folder.join(text).components().collect()),
        Some(below) => Some(outlets.home.as_ref()?.join(below.strip_prefix('/')?)),
    }
}

/// A list of words, or one text that is split as a shell would; nothing in it is expanded but a `~/` before the program.
fn program(outlets: &Outlets, node: &Node) -> Option<(String, Vec<String>)> {
    let (text, mut words) = match &node.value {
        Value::List(items) => {
            let words = items.iter().map(Node::scalar).collect::<Option<Vec<_>>>()?;
            (shlex::try_join(words.iter().map(String::as_str)).ok()?, words)
        }
        _ => {
            let text = node.scalar()?;
            let words = shlex::split(&text)?;
            (text, words)
        }
    };
    let name = words.first_mut().filter(|name| !name.trim().is_empty())?;
    if name.contains('\0') || text.contains('\0') {
        return None;
    }
    // A bare name is looked for where programs are.
    if name.starts_with('~') || Path::new(name.as_str()).components().count() > 1 {
        *name = whole(outlets, name)?.into_os_string().into_string().ok()?;
    }
    Some((text, words))
}

fn is_variable(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.bytes().all(fits) && text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
}

fn is_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let nobody = url.username().is_empty() && url.password().is_none();
        keeps_secrets(&url) && nobody && url.fragment().is_none()
    })
}
