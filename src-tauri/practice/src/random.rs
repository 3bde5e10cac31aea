//! Texts that nobody can guess: codes, tokens, ids.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// So many random bytes.
///
/// # Panics
/// If the operating system has no randomness to give; then no program on it works.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// 24 hexadecimal digits, as the id inside a token.
pub(crate) fn hex_id() -> String {
    bytes::<12>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 24 characters that need no escape in a URL.
pub(crate) fn word() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<18>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_their_length_and_differ() {
        assert_eq!((hex_id().len(), word().len()), (24, 24));
        assert_ne!(word(), word());
        assert!(word().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }
}
