//! The form of a sealed file: a readable header, then what only the key opens.
//!
//! ```text
//! "DAYPASS" 1 · how the key is made (13) · vault id (16) · role (1) · generation (8) · sequence (8) · saved at (8)
//! · length of the account's id (1) · the id · nonce (24) · sealed content and its tag
//! ```
//! Numbers are big-endian. Everything before the sealed content is authenticated with it, so a file that was renamed,
//! swapped between accounts or changed in a single bit does not open. What this is not: it does not know where files
//! lie, and it makes no keys.

use crate::Entropy;
use crate::passphrase::Cost;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key as CipherKey, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

const MAGIC: &[u8; 8] = b"DAYPASS\x01";
const NONCE: usize = 24;

/// Names a vault, and so its key in the keyring; the salt of a passphrase. Random, not secret.
pub(crate) type VaultId = [u8; 16];

/// Which key opens a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lock {
    /// The vault.
    pub(crate) id: VaultId,
    /// How the passphrase becomes the key; `None` if the key is in the keyring.
    pub(crate) cost: Option<Cost>,
}

/// What a file is for; a client secret put in the place of a token does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Proves that a key is the right one.
    Check = 1,
    /// A grant with its facts.
    Token = 2,
    /// A client secret.
    ClientSecret = 3,
    /// What signs the messages of an account's webhook.
    WebhookSecret = 4,
}

/// The readable part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) lock: Lock,
    pub(crate) role: Role,
    /// The account's id; empty for the check.
    pub(crate) account: String,
    pub(crate) generation: u64,
    /// Up by one with every save of this account, whatever the generation does.
    pub(crate) sequence: u64,
    /// Milliseconds since 1970.
    pub(crate) saved_at: i64,
}

/// A key with the lock it fits.
pub(crate) struct Key {
    pub(crate) lock: Lock,
    pub(crate) bytes: Zeroizing<[u8; 32]>,
}

impl Key {
    /// Seals the content under a fresh nonce.
    pub(crate) fn seal(&self, header: &Header, content: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        entropy.fill(&mut nonce);
        let mut file = header.encode();
        file.extend_from_slice(&nonce);
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: content, aad: &file })
            .expect("a few kilobytes are within the cipher's limit");
        file.extend_from_slice(&sealed);
        file
    }

    /// Opens a file, or says why it is none of ours.
    pub(crate) fn open(&self, file: &[u8]) -> Result<(Header, Zeroizing<Vec<u8>>), &'static str> {
        let (header, length) = Header::decode(file)?;
        if header.lock != self.lock {
            return Err("it is sealed with another vault's key");
        }
        let nonce: [u8; NONCE] =
            file.get(length..length + NONCE).and_then(|bytes| bytes.try_into().ok()).ok_or("it is cut short")?;
        let (known, sealed) = file.split_at(length + NONCE);
        self.cipher()
            .decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: known })
            .map(|content| (header, Zeroizing::new(content)))
            .map_err(|_| "its content was changed")
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&CipherKey::from(*self.bytes))
    }
}

impl Header {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        out.extend_from_slice(MAGIC);
        let cost = self.lock.cost.unwrap_or(Cost { memory: 0, passes: 0, lanes: 0 });
        out.push(u8::from(self.lock.cost.is_some()));
        for number in [cost.memory, cost.passes, cost.lanes] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.extend_from_slice(&self.lock.id);
        out.push(self.role as u8);
        out.extend_from_slice(&self.generation.to_be_bytes());
        out.extend_from_slice(&self.sequence.to_be_bytes());
        out.extend_from_slice(&self.saved_at.to_be_bytes());
        out.push(u8::try_from(self.account.len()).expect("an account's id has at most 32 bytes"));
        out.extend_from_slice(self.account.as_bytes());
        out
    }

    /// The header and its length in bytes. It may be forged until the content behind it has been opened.
    pub(crate) fn decode(file: &[u8]) -> Result<(Self, usize), &'static str> {
        let mut rest = Reader(file);
        match rest.take::<8>()? {
            magic if &magic == MAGIC => {}
            magic if magic[..7] == MAGIC[..7] => {
                return Err("its version is unknown; a newer Daypass may have written it");
            }
            _ => return Err("it is not a sealed file"),
        }
        let kind = rest.take::<1>()?[0];
        let cost = Cost { memory: rest.u32()?, passes: rest.u32()?, lanes: rest.u32()? };
        let cost = match kind {
            0 if (cost == Cost { memory: 0, passes: 0, lanes: 0 }) => None,
            1 if cost.is_sane() => Some(cost),
            _ => return Err("its header makes no sense"),
        };
        let lock = Lock { id: rest.take()?, cost };
        let role = match rest.take::<1>()?[0] {
            1 => Role::Check,
            2 => Role::Token,
            3 => Role::ClientSecret,
            4 => Role::WebhookSecret,
            _ => return Err("its header makes no sense"),
        };
        let (generation, sequence) = (rest.u64()?, rest.u64()?);
        let saved_at = i64::from_be_bytes(rest.take()?);
        let length = usize::from(rest.take::<1>()?[0]);
        let name = rest.0.get(..length).ok_or("it is cut short")?;
        let account = std::str::from_utf8(name).map_err(|_| "its header makes no sense")?.to_owned();
        let read = file.len() - rest.0.len() + length;
        Ok((Self { lock, role, account, generation, sequence, saved_at }, read))
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or("it is cut short")?;
        self.0 = rest;
        Ok(*head)
    }

    fn u32(&mut self) -> Result<u32, &'static str> {
        self.take().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Result<u64, &'static str> {
        self.take().map(u64::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Key {
        Key { lock: Lock { id: [7; 16], cost: None }, bytes: Zeroizing::new([byte; 32]) }
    }

    fn header() -> Header {
        let lock = Lock { id: [7; 16], cost: None };
        Header { lock, role: Role::Token, account: "upstox".into(), generation: 17, sequence: 42, saved_at: -5 }
    }

    fn counting(bytes: &mut [u8]) {
        bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = u8::try_from(at).unwrap_or(0));
    }

    #[test]
    fn what_was_sealed_opens_with_the_same_key_only() {
        let file = key(1).seal(&header(), b"content", &counting);
        let (read, content) = key(1).open(&file).expect("the right key");
        assert_eq!((read, content.as_slice()), (header(), b"content".as_slice()));
        assert_eq!(key(2).open(&file).err(), Some("its content was changed"));
    }

    #[test]
    fn no_bit_can_be_changed_and_no_byte_cut() {
        let file = key(1).seal(&header(), b"content", &counting);
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[at] ^= 1 << bit;
                assert!(key(1).open(&changed).is_err(), "bit {bit} of byte {at}");
            }
            assert!(key(1).open(&file[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_form_stays_readable_for_later_versions() {
        let file = key(1).seal(&header(), b"content", &counting);
        let hex: String = file.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            concat!(
                "4441595041535301",
                "00",
                "000000000000000000000000",
                "07070707070707070707070707070707",
                "02",
                "0000000000000011",
                "000000000000002a",
                "fffffffffffffffb",
                "06",
                "757073746f78",
                "000102030405060708090a0b0c0d0e0f1011121314151617",
                "1bbfb5f1f8ffa3eed561ce5f9d91c2936625d2f35a1b79"
            )
        );
    }
}
