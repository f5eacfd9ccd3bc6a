//! PEM (RFC 7468), as far as keys need it: one block, its label and its bytes.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::KeyError;

/// Largest text of a key, in bytes. The largest that is of use, an encrypted one of cosign's, has 653.
const LARGEST: usize = 64 << 10;

/// What `openssl ecparam -genkey` writes in front of a key. The key names its curve itself.
const PARAMETERS: &str = "EC PARAMETERS";

/// A block. Its bytes may be a private key.
pub(crate) struct Block<'a> {
    /// What stands after `BEGIN`.
    pub(crate) label: &'a str,
    /// What stands between.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

/// The first block that is not the parameters of a curve. What stands before and after it is not looked at, as RFC 7468
/// allows.
pub(crate) fn first(text: &str) -> Result<Block<'_>, KeyError> {
    if text.len() > LARGEST {
        return Err(KeyError::TooLarge { limit: LARGEST });
    }
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(label) = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----")) else {
            continue;
        };
        let block = read(label, &mut lines)?;
        if label != PARAMETERS {
            return Ok(block);
        }
    }
    Err(KeyError::NoPem { open_ssh: text.trim_start().starts_with("ssh-") || text.trim_start().starts_with("ecdsa-") })
}

fn read<'a>(label: &'a str, lines: &mut impl Iterator<Item = &'a str>) -> Result<Block<'a>, KeyError> {
    let mut body = Zeroizing::new(String::with_capacity(LARGEST.min(4096)));
    for line in lines {
        if line.strip_prefix("-----END ").and_then(|rest| rest.strip_suffix("-----")) == Some(label) {
            let bytes = STANDARD.decode(body.as_bytes()).map_err(|_damaged| KeyError::Base64)?;
            return Ok(Block { label, bytes: Zeroizing::new(bytes) });
        }
        // Headers are older than RFC 7468. The only one in use says that OpenSSL encrypted the block.
        if line.contains(':') {
            return Err(KeyError::EncryptedOtherwise { label: label.to_owned() });
        }
        body.push_str(line);
    }
    Err(KeyError::Unfinished { label: label.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<(&str, &[u8]), &str>) {
        let found = first(text).map(|block| (block.label.to_owned(), block.bytes.to_vec()));
        let found = found.map_err(|error| error.to_string());
        assert_eq!(found, expect.map(|(a, b)| (a.to_owned(), b.to_vec())).map_err(str::to_owned), "{text}");
    }

    #[test]
    fn one_block_is_read_whatever_stands_around_it() {
        let block = "-----BEGIN A KEY-----\nAAEC\nAw==\n-----END A KEY-----";
        let bytes: &[u8] = &[0, 1, 2, 3];
        check(block, Ok(("A KEY", bytes)));
        check(&block.replace('\n', "\r\n"), Ok(("A KEY", bytes)));
        check(&format!("subject=x\n\n{block}\n\n-----BEGIN B-----"), Ok(("A KEY", bytes)));
        let parameters = "-----BEGIN EC PARAMETERS-----\nBggq\n-----END EC PARAMETERS-----\n";
        check(&format!("{parameters}{block}"), Ok(("A KEY", bytes)));
    }

    #[test]
    fn what_is_no_block_is_told_apart() {
        check("", Err("it holds no key in PEM: expected a line `-----BEGIN ...-----`"));
        check("\0\u{1}0Y0", Err("it holds no key in PEM: expected a line `-----BEGIN ...-----`"));
        check("ssh-ed25519 AAAA me", Err("expected a key in PEM, found a key of OpenSSH"));
        check("-----BEGIN A-----\nAAEC", Err("the block `A` has no end: expected a line `-----END A-----`"));
        check(
            "-----BEGIN A-----\nAAEC\n-----END B-----",
            Err("the block `A` has no end: expected a line `-----END A-----`"),
        );
        check("-----BEGIN A-----\nA*EC\n-----END A-----", Err("its base64 is damaged"));
        check(
            "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAAEC\n-----END A-----",
            Err("the block `A` is encrypted in a way that is not supported"),
        );
        check(&"x".repeat(LARGEST + 1), Err("it has more than 65536 bytes"));
    }
}
