//! From a passphrase to a key: Argon2id.
//!
//! The numbers are written into every file's header, so that they can grow without locking anybody out; a header that
//! asks for absurd ones is damaged, not obeyed. What this is not: a check of the passphrase, which only a sealed file
//! can give.

use argon2::{Algorithm, Argon2, Params, Version};
use daypass_domain::Secret;
use zeroize::Zeroizing;

/// How much work one guess costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cost {
    /// Memory in KiB.
    pub(crate) memory: u32,
    /// Passes over it.
    pub(crate) passes: u32,
    /// Lanes.
    pub(crate) lanes: u32,
}

impl Cost {
    /// RFC 9106's choice for machines that are short of memory (64 MiB, three passes), with one lane because no
    /// thread is started for it: a third of a second once per start.
    pub(crate) const DEFAULT: Self = Self { memory: 64 * 1024, passes: 3, lanes: 1 };

    /// Whether somebody could have meant it. A flipped bit must not ask for a terabyte.
    pub(crate) fn is_sane(self) -> bool {
        (8 * 1024..=1024 * 1024).contains(&self.memory)
            && (1..=64).contains(&self.passes)
            && (1..=16).contains(&self.lanes)
    }
}

/// The key that this passphrase gives with this salt. Takes a noticeable time, on purpose.
pub(crate) fn derive(passphrase: &Secret, salt: &[u8], cost: Cost) -> Option<Zeroizing<[u8; 32]>> {
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(32)).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut_slice())
        .ok()?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_costs_that_somebody_could_mean_are_obeyed() {
        assert!(Cost::DEFAULT.is_sane());
        for bad in [
            Cost { memory: 0, ..Cost::DEFAULT },
            Cost { memory: u32::MAX, ..Cost::DEFAULT },
            Cost { passes: 0, ..Cost::DEFAULT },
            Cost { lanes: 255, ..Cost::DEFAULT },
        ] {
            assert!(!bad.is_sane(), "{bad:?}");
        }
    }

    #[test]
    fn passphrase_and_salt_both_matter() {
        let cheap = Cost { memory: 8 * 1024, passes: 1, lanes: 1 };
        let key = |text: &str, salt: &[u8]| derive(&Secret::new(text), salt, cheap).expect("a key");
        let one = key("correct horse", b"0123456789abcdef");
        assert_eq!(*one, *key("correct horse", b"0123456789abcdef"));
        assert_ne!(*one, *key("correct horsf", b"0123456789abcdef"));
        assert_ne!(*one, *key("correct horse", b"0123456789abcdeg"));
    }
}
