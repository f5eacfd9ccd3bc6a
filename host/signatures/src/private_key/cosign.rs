//! Private keys that cosign encrypted: scrypt (RFC 7914) makes a key of the password, and the secretbox
//! of `NaCl` (XSalsa20-Poly1305) opens the box.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use crypto_secretbox::{AeadInPlace as _, Key, KeyInit as _, Nonce, XSalsa20Poly1305};
use serde::Deserialize;
use shipworthy_contract::{Secret, text::excerpt};
use zeroize::Zeroizing;

use crate::KeyError;

/// Most memory that scrypt may be asked for, in bytes: 128 times N times r. cosign asks for 64 MiB; a hostile file could
/// ask for all that there is.
const MOST_MEMORY: u64 = 256 << 20;
/// Most work, N times r times p. cosign's is 2^19 and takes about 0.15 s; sixteen times that is borne.
const MOST_WORK: u64 = 1 << 23;

#[derive(Deserialize)]
struct Envelope {
    kdf: Kdf,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Deserialize)]
struct Kdf {
    name: String,
    params: Params,
    salt: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Params {
    n: u64,
    #[serde(rename = "r")]
    r: u32,
    #[serde(rename = "p")]
    p: u32,
}

#[derive(Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

/// The PKCS#8 DER within.
pub(super) fn decrypt(json: &[u8], password: Option<&Secret>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let wrong = |what: String| KeyError::Envelope { what };
    let envelope: Envelope = serde_json::from_slice(json).map_err(|error| wrong(excerpt(&error.to_string(), 120)))?;
    let Envelope { kdf, cipher, ciphertext } = envelope;
    if kdf.name != "scrypt" {
        return Err(wrong(format!("expected the derivation `scrypt`, found: {}", excerpt(&kdf.name, 40))));
    }
    if cipher.name != "nacl/secretbox" {
        return Err(wrong(format!("expected the cipher `nacl/secretbox`, found: {}", excerpt(&cipher.name, 40))));
    }
    let params = affordable(kdf.params)?;
    let decoded = |field: &str, text: &str| {
        STANDARD
            .decode(text)
            .map_err(|error| KeyError::Envelope { what: format!("the base64 of `{field}` is damaged ({error})") })
    };
    let salt = decoded("salt", &kdf.salt)?;
    let nonce: [u8; 24] = decoded("nonce", &cipher.nonce)?
        .try_into()
        .map_err(|found: Vec<u8>| wrong(format!("expected a nonce of 24 bytes, found: {}", found.len())))?;
    let mut text = Zeroizing::new(decoded("ciphertext", &ciphertext)?);
    let password = password.ok_or(KeyError::NoPassword)?;
    let mut key = Zeroizing::new([0_u8; 32]);
    scrypt::scrypt(password.reveal().as_bytes(), &salt, &params, &mut *key)
        .map_err(|error| wrong(error.to_string()))?;
    let opened = XSalsa20Poly1305::new(&Key::from(*key)).decrypt_in_place(&Nonce::from(nonce), b"", &mut *text);
    opened.map_err(|_refused| KeyError::WrongPassword)?;
    Ok(text)
}

/// Parameters that are sound, and within what is borne.
fn affordable(Params { n, r, p }: Params) -> Result<scrypt::Params, KeyError> {
    if !n.is_power_of_two() || n < 2 || r == 0 || p == 0 {
        return Err(KeyError::Envelope { what: format!("scrypt has no parameters N = {n}, r = {r}, p = {p}") });
    }
    let block = n.saturating_mul(r.into());
    let costly = |asked, limit| Err(KeyError::Costly { asked, limit });
    if block.saturating_mul(128) > MOST_MEMORY {
        return costly(format!("{} MiB of memory", block.saturating_mul(128) >> 20), "256 MiB");
    }
    if block.saturating_mul(p.into()) > MOST_WORK {
        return costly(format!("scrypt with N = {n}, r = {r}, p = {p}"), "a sixteenfold of what cosign writes");
    }
    // Both bounds hold, so that nothing within overflows.
    let log_n = u8::try_from(n.trailing_zeros()).unwrap_or(u8::MAX);
    scrypt::Params::new(log_n, r, p).map_err(|error| KeyError::Envelope { what: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(n: u64, r: u32, p: u32, expect: Result<(), &str>) {
        let found = affordable(Params { n, r, p }).map(drop).map_err(|error| error.to_string());
        assert_eq!(found, expect.map_err(str::to_owned));
    }

    #[test]
    fn what_a_file_asks_for_is_bounded_before_it_is_done() {
        check(65_536, 8, 1, Ok(()));
        check(1 << 18, 8, 4, Ok(()));
        let costly = "its encryption asks for";
        let memory = |mib: u64| format!("{costly} {mib} MiB of memory, expected at most 256 MiB");
        check(1 << 19, 8, 1, Err(&memory(512)));
        check(1 << 26, 8, 1, Err(&memory(65_536)));
        check(1 << 63, u32::MAX, 1, Err(&memory(u64::MAX >> 20)));
        check(2, u32::MAX, u32::MAX, Err(&memory(1_048_575)));
        check(
            65_536,
            8,
            17,
            Err(
                "its encryption asks for scrypt with N = 65536, r = 8, p = 17, expected at most a sixteenfold of what cosign writes",
            ),
        );
        check(
            2,
            1,
            u32::MAX,
            Err(
                "its encryption asks for scrypt with N = 2, r = 1, p = 4294967295, expected at most a sixteenfold of what cosign writes",
            ),
        );
        for (n, r, p) in [(0, 8, 1), (1, 8, 1), (65_535, 8, 1), (4, 0, 1), (4, 8, 0)] {
            let told =
                format!("its encryption is not what cosign writes: scrypt has no parameters N = {n}, r = {r}, p = {p}");
            check(n, r, p, Err(&told));
        }
    }
}
