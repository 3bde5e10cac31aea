//! A YAML file as a tree in which every value knows its line.

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;
use std::fmt;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// From 1.
    pub(crate) line: u64,
    pub(crate) value: Value,
    /// Where its text begins and how long it is, in bytes, where that is known.
    span: Option<(u64, u64)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Nothing,
    Bool(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// Reads a file's text. The error is a line (if known) and a sentence.
pub(crate) fn read(text: &str) -> Result<Node, (Option<u64>, String)> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Node::empty());
    }
    serde_saphyr::from_str::<Node>(text).map(|node| node.written(text)).map_err(|error| {
        let line = error.location().map(|location| location.line());
        let first = error.to_string();
        let first = first.lines().next().unwrap_or_default().to_owned();
        (line, first)
    })
}

impl Node {
    pub(crate) fn empty() -> Self {
        Self { line: 1, value: Value::Map(Vec::new()), span: None }
    }

    /// A number that would not be written back as it stands (`0123`, `1e5`, one with forty digits) is a text: client ids
    /// and secrets look like this, and must not lose a digit.
    fn written(mut self, text: &str) -> Self {
        let number = match &self.value {
            Value::Whole(number) => Some(number.to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        if let (Some(number), Some(written)) = (number, self.source(text))
            && number != written
        {
            self.value = Value::Text(written.to_owned());
        }
        self.value = match self.value {
            Value::List(items) => Value::List(items.into_iter().map(|item| item.written(text)).collect()),
            Value::Map(entries) => {
                Value::Map(entries.into_iter().map(|(key, node)| (key, node.written(text))).collect())
            }
            value => value,
        };
        self
    }

    /// What stands in the file; `None` unless it is one plain word.
    fn source<'t>(&self, text: &'t str) -> Option<&'t str> {
        let (from, length) = self.span?;
        let from = usize::try_from(from).ok()?;
        let written = text.get(from..from.checked_add(usize::try_from(length).ok()?)?)?.trim();
        (!written.is_empty() && !written.contains(char::is_whitespace)).then_some(written)
    }

    pub(crate) fn entries(&self) -> &[(String, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value as one would write it on one line; `None` for lists and maps.
    pub(crate) fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Whole(number) => Some(number.to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::Text(text) => Some(text.clone()),
            Value::Nothing | Value::List(_) | Value::Map(_) => None,
        }
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Nothing => serde_json::Value::Null,
            Value::Bool(flag) => (*flag).into(),
            Value::Whole(number) => (*number).into(),
            Value::Number(number) => (*number).into(),
            Value::Text(text) => text.clone().into(),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(entries) => entries.iter().map(|(key, node)| (key.clone(), node.to_json())).collect(),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(from)?;
        let span = spanned.defined.span();
        let span = span.byte_offset().zip(span.byte_len());
        Ok(Self { line: spanned.referenced.line(), value: spanned.value, span })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a setting")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }
    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Whole(number))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or_else(|_| Value::Text(number.to_string()), Value::Whole))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Value::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_its_line() {
        let node = read("a: 1\nlogging:\n  level: info\nlist:\n  - x\n  - id: y\n").expect("a tree");
        let find = |node: &Node, key: &str| node.entries().iter().find(|(k, _)| k == key).expect("a key").1.clone();
        assert_eq!(find(&node, "a").line, 1);
        assert_eq!(find(&find(&node, "logging"), "level").line, 3);
        let Value::List(items) = find(&node, "list").value else { panic!("a list") };
        assert_eq!((items[0].line, items[1].line), (5, 6));
    }

    #[test]
    fn a_number_is_taken_as_it_is_written() {
        let yaml = "id: 0123\nhex: 0x1F\nbig: 123456789012345678901234567890\nlist: [007, 5]\nplain: 30\nhalf: 0.5\n";
        let node = read(yaml).expect("a tree");
        let find = |key: &str| node.entries().iter().find(|(k, _)| k == key).expect("a key").1.clone();
        for (key, text) in [
            ("id", "0123"),
            ("hex", "0x1F"),
            ("big", "123456789012345678901234567890"),
            ("plain", "30"),
            ("half", "0.5"),
        ] {
            assert_eq!(find(key).scalar().as_deref(), Some(text), "{key}");
        }
        let Value::List(items) = find("list").value else { panic!("a list") };
        assert_eq!(items[0].scalar().as_deref(), Some("007"));
        assert_eq!(find("plain").value, Value::Whole(30), "numbers stay numbers");
    }

    #[test]
    fn an_empty_file_is_no_mistake_and_a_broken_one_has_a_line() {
        assert_eq!(read("# nothing\n\n").expect("a tree").entries().len(), 0);
        let (line, what) = read("a: 1\nb: [\n").expect_err("a mistake");
        assert!(line.is_some() && !what.is_empty(), "{line:?} {what}");
    }
}
