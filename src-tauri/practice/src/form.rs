//! Names and values of a query or a form body.
//!
//! The invariant: an empty value is no value, and a name that comes twice can be told. What this is not: a judge of
//! which names belong where.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;

/// The pairs, in the order in which they came.
#[derive(Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `a=1&b=2`.
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(text).into_owned().collect())
    }

    /// The body, if it says that it is a form; else nothing.
    pub(crate) fn of_body(headers: &HeaderMap, body: &[u8]) -> Self {
        if media_type(headers) == "application/x-www-form-urlencoded" { Self::parse(body) } else { Self::default() }
    }

    /// The first value of that name that is not empty.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Whether the name is there at all: a button has no value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// A name that comes more than once, which OAuth2 forbids.
    pub(crate) fn doubled(&self) -> Option<&str> {
        let names: Vec<&str> = self.keys().collect();
        names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)).map(|(_, name)| *name)
    }

    /// The names.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }
}

/// What the body is, in lower case and without parameters; empty if nothing is said.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_as_browsers_write_them() {
        let form = Form::parse(b"code=a%20b+c&empty=&approve&x=1&x=2");
        assert_eq!(form.value("code"), Some("a b c"));
        assert_eq!((form.value("empty"), form.value("approve"), form.value("nobody")), (None, None, None));
        assert!(form.has("approve") && !form.has("deny"));
        assert_eq!((form.value("x"), form.doubled()), (Some("1"), Some("x")));
    }

    #[test]
    fn only_a_form_is_read_as_one() {
        let headers = |text: &'static str| HeaderMap::from_iter([(CONTENT_TYPE, text.parse().expect("a header"))]);
        assert!(Form::of_body(&headers("application/x-www-form-urlencoded; charset=UTF-8"), b"a=1").has("a"));
        assert!(!Form::of_body(&headers("application/json"), b"a=1").has("a"));
        assert!(!Form::of_body(&HeaderMap::new(), b"a=1").has("a"));
    }
}
