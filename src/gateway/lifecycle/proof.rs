//! The proof that a listener is our gateway: it knows the token, and says so without showing it.
//!
//! The client sends a fresh nonce. The answer is HMAC-SHA256 under the token over a label, the nonce, the port, the
//! version and the process id; the port is in it so that a stranger cannot pass the question on to a gateway elsewhere.

use std::fmt::{self, Write as _};

use hmac::digest::{KeyInit, core_api::Block};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::secret::Secret;

/// Where the question is asked.
pub(in crate::gateway) const CHALLENGE_PATH: &str = "/codexgw/challenge";
/// Where a stop is asked for.
pub(in crate::gateway) const STOP_PATH: &str = "/codexgw/stop";
/// The header that carries the nonce.
pub(in crate::gateway) const NONCE_HEADER: &str = "codexgw-nonce";

const LABEL: &[u8] = b"codexgw gateway identity 1";

/// 32 random bytes, shown as hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gateway) struct Nonce([u8; 32]);

impl Nonce {
    /// A fresh nonce.
    pub(super) fn random() -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|e| Error::bug("the system gives no random bytes").cause(e))?;
        Ok(Self(bytes))
    }

    /// Reads the hex form.
    pub(in crate::gateway) fn parse(hex: &str) -> Option<Self> {
        let bytes = from_hex(hex)?;
        Some(Self(bytes.try_into().ok()?))
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

/// What a gateway says of itself, and the proof of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::gateway) struct Identity {
    /// Its process id.
    pub pid: u32,
    /// Its version.
    pub version: String,
    /// Hex of the HMAC.
    pub proof: String,
}

impl Identity {
    /// The answer of the gateway on `port` to `nonce`.
    pub(in crate::gateway) fn prove(token: &Secret, nonce: Nonce, port: u16, pid: u32, version: &str) -> Self {
        let proof = to_hex(&mac(token, nonce, port, pid, version).finalize().into_bytes());
        Self { pid, version: version.to_owned(), proof }
    }

    /// Whether this is the answer of someone who knows the token and listens on `port`. Takes the same time for every
    /// wrong proof.
    pub(super) fn is_proven(&self, token: &Secret, nonce: Nonce, port: u16) -> bool {
        from_hex(&self.proof)
            .is_some_and(|proof| mac(token, nonce, port, self.pid, &self.version).verify_slice(&proof).is_ok())
    }
}

fn mac(token: &Secret, nonce: Nonce, port: u16, pid: u32, version: &str) -> Hmac<Sha256> {
    // HMAC pads a short key with zeros itself; the digest of the token always is one.
    let mut key = Block::<Sha256>::default();
    key[..32].copy_from_slice(&Sha256::digest(token.expose()));
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&key);
    for part in [LABEL, &nonce.0, &port.to_be_bytes(), &pid.to_be_bytes(), version.as_bytes()] {
        mac.update(part);
    }
    mac
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}
