//! What ties a callback to the sign-in that was started.
//!
//! Both values are 256 random bits as base64url: 43 characters, every one of them allowed in a `state` and in an
//! RFC 7636 verifier. The bytes come in; nothing here draws them, and nothing here derives the PKCE challenge.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daypass_domain::Secret;

/// One sign-in's two random values. Used once.
#[derive(Clone, Debug)]
pub struct Handshake {
    /// Sent to the broker, and echoed back in the callback.
    pub state: Secret,
    /// The PKCE verifier; only brokers that know PKCE are told of it.
    pub pkce_verifier: Secret,
}

impl Handshake {
    /// Spells the random bytes; the two arguments must be drawn independently.
    pub fn from_random(state: [u8; 32], verifier: [u8; 32]) -> Self {
        let spell = |bytes: [u8; 32]| Secret::new(URL_SAFE_NO_PAD.encode(bytes));
        Self { state: spell(state), pkce_verifier: spell(verifier) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_values_are_43_unreserved_characters() {
        let handshake = Handshake::from_random([0xfb; 32], [7; 32]);
        for value in [&handshake.state, &handshake.pkce_verifier] {
            assert_eq!(value.len(), 43);
        }
        assert!(handshake.state.matches(URL_SAFE_NO_PAD.encode([0xfb; 32]).as_bytes()));
        assert!(!handshake.state.same_as(&handshake.pkce_verifier));
    }
}
