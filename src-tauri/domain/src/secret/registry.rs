//! Which texts must not be seen in a log line: known by length and hash, found by how they end.
//!
//! The invariant: no copy of a secret is in here, so that a process with very many tokens holds each of them once. A
//! line is read once, however many there are; an automaton over all values (Aho-Corasick) would be as fast and hold each
//! value many times over. What this is not: a safe for secrets; it only recognises them.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::ops::Range;
use zeroize::Zeroizing;

/// Shorter values are not remembered: replacing every "ab" would garble the log and protect nothing.
pub(super) const SHORTEST_REMEMBERED: usize = 6;
/// Dropped values stay known for this many further deaths, so that a late log line about them is still cleaned.
const DROPPED_REMEMBERED: usize = 64;
/// What a reader of the log sees instead.
const MASK: &str = "[redacted]";

/// The last bytes of a value. Tokens begin alike and end differently.
type Tail = [u8; SHORTEST_REMEMBERED];

/// The values in use, each with a count of its copies, and the last few that are not in use any more.
#[derive(Default)]
pub(super) struct Registry {
    known: HashMap<Tail, Vec<Mark>>,
    dropped: VecDeque<(Tail, Name)>,
}

/// Recognises one spelling of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Name {
    length: usize,
    hash: u64,
}

struct Mark {
    name: Name,
    copies: usize,
}

impl Registry {
    /// One copy more.
    pub(super) fn born(&mut self, text: &str) {
        for (tail, name) in self.spellings(text) {
            let marks = self.known.entry(tail).or_default();
            match marks.iter_mut().find(|mark| mark.name == name) {
                Some(mark) => mark.copies += 1,
                None => marks.push(Mark { name, copies: 1 }),
            }
        }
    }

    /// One copy less; after the last one the value stays known for a while.
    pub(super) fn died(&mut self, text: &str) {
        for (tail, name) in self.spellings(text) {
            if self.one_less(tail, name) == Some(0) {
                self.dropped.push_back((tail, name));
            }
        }
        while self.dropped.len() > DROPPED_REMEMBERED {
            let Some((tail, name)) = self.dropped.pop_front() else { return };
            if !self.dropped.contains(&(tail, name)) {
                self.remove(tail, name);
            }
        }
    }

    /// One copy less; after the last one the value is no secret any more.
    pub(super) fn forget(&mut self, text: &str) {
        for (tail, name) in self.spellings(text) {
            if self.one_less(tail, name) == Some(0) {
                self.remove(tail, name);
            }
        }
    }

    /// The text without any of them.
    pub(super) fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for end in SHORTEST_REMEMBERED..=text.len() {
            let Some(range) = self.ends_at(text.as_bytes(), end) else { continue };
            // One that reaches into an earlier one is masked together with it.
            let mut start = range.start;
            while let Some(last) = found.pop_if(|last| last.end > start) {
                start = start.min(last.start);
            }
            found.push(start..range.end);
        }
        if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(masked(text, &found)) }
    }

    /// The longest value that ends there.
    fn ends_at(&self, text: &[u8], end: usize) -> Option<Range<usize>> {
        let tail = Tail::try_from(&text[end - SHORTEST_REMEMBERED..end]).ok()?;
        let marks = self.known.get(&tail)?;
        let there = marks.iter().map(|mark| mark.name).filter(|name| {
            name.length <= end && self.known.hasher().hash_one(&text[end - name.length..end]) == name.hash
        });
        there.map(|name| end - name.length..end).max_by_key(Range::len)
    }

    /// As it is, and as it looks inside a URL.
    fn spellings(&self, text: &str) -> impl Iterator<Item = (Tail, Name)> + use<> {
        let encoded = Zeroizing::new(url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>());
        let differs = (encoded.as_str() != text).then(|| self.name(&encoded)).flatten();
        self.name(text).into_iter().chain(differs)
    }

    fn name(&self, text: &str) -> Option<(Tail, Name)> {
        let tail = Tail::try_from(text.as_bytes().last_chunk::<SHORTEST_REMEMBERED>()?.as_slice()).ok()?;
        Some((tail, Name { length: text.len(), hash: self.known.hasher().hash_one(text.as_bytes()) }))
    }

    fn one_less(&mut self, tail: Tail, name: Name) -> Option<usize> {
        let mark = self.known.get_mut(&tail)?.iter_mut().find(|mark| mark.name == name)?;
        mark.copies = mark.copies.saturating_sub(1);
        Some(mark.copies)
    }

    /// Unless it was born again meanwhile.
    fn remove(&mut self, tail: Tail, name: Name) {
        if let Some(marks) = self.known.get_mut(&tail) {
            marks.retain(|mark| mark.name != name || mark.copies > 0);
            if marks.is_empty() {
                self.known.remove(&tail);
            }
        }
    }
}

fn masked(text: &str, found: &[Range<usize>]) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut from = 0;
    for range in found {
        // Both ends of a value that was found are ends of letters.
        cleaned.push_str(text.get(from..range.start).unwrap_or_default());
        cleaned.push_str(MASK);
        from = range.end;
    }
    cleaned.push_str(text.get(from..).unwrap_or_default());
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_copy_counts_and_the_last_ones_are_remembered_for_a_while() {
        let mut registry = Registry::default();
        let value = |number: usize| format!("value-number-{number:04}");
        let shown = |registry: &Registry, number| registry.clean(&value(number)) == value(number);
        registry.born(&value(0));
        registry.born(&value(0));
        registry.died(&value(0));
        for number in 1..=DROPPED_REMEMBERED {
            registry.born(&value(number));
            registry.died(&value(number));
        }
        assert!(!shown(&registry, 0) && !shown(&registry, 1), "a copy is left, and the last ones are known");
        registry.died(&value(0));
        assert!(shown(&registry, 1) && !shown(&registry, 2) && !shown(&registry, 0), "the oldest one is not");
        registry.born(&value(2));
        registry.born(&value(1000));
        registry.died(&value(1000));
        assert!(!shown(&registry, 2), "born again, and not forgotten with its first life");
    }

    #[test]
    fn values_that_touch_overlap_or_repeat_are_all_masked() {
        let mut registry = Registry::default();
        ["abcdefgh", "ghijklmn", "mnopqr"].iter().for_each(|value| registry.born(value));
        for (text, cleaned) in [
            ("abcdefgh", "[redacted]"),
            ("<abcdefgh> abcdefgh", "<[redacted]> [redacted]"),
            ("abcdefghijklmnopqr!", "[redacted]!"),
            ("abcdefghghijklmn", "[redacted][redacted]"),
            ("ab cdefgh", "ab cdefgh"),
            ("é abcdefgh é", "é [redacted] é"),
        ] {
            assert_eq!(registry.clean(text), cleaned, "{text}");
        }
    }
}
