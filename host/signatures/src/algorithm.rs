//! What kind of key it is, for who gives another one than can be used.

use p256::{
    NistP256,
    pkcs8::{AssociatedOid as _, ObjectIdentifier, spki::AlgorithmIdentifierRef},
};

use crate::KeyError;

const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// Kinds of keys by object identifier (RFC 8017, RFC 8410, RFC 5480; FIPS 204).
const KINDS: &[(ObjectIdentifier, &str)] = &[
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1"), "an RSA key"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10"), "an RSA key"),
    (ObjectIdentifier::new_unwrap("1.2.840.10040.4.1"), "a DSA key"),
    (ObjectIdentifier::new_unwrap("1.3.101.110"), "an X25519 key"),
    (ObjectIdentifier::new_unwrap("1.3.101.112"), "an Ed25519 key"),
    (ObjectIdentifier::new_unwrap("1.3.101.113"), "an Ed448 key"),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17"), "an ML-DSA-44 key"),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18"), "an ML-DSA-65 key"),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19"), "an ML-DSA-87 key"),
];

const CURVES: &[(ObjectIdentifier, &str)] = &[
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.1"), "a key on the curve P-192"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.33"), "a key on the curve P-224"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), "a key on the curve P-384"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), "a key on the curve P-521"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.10"), "a key on the curve secp256k1"),
];

/// Refuses every algorithm but the one, and says which it is.
pub(crate) fn check(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<(), KeyError> {
    if algorithm.oid != EC {
        return Err(KeyError::Algorithm { found: name(KINDS, algorithm.oid, "a key of the kind") });
    }
    let curve = algorithm.parameters_oid().map_err(|_damaged| KeyError::Algorithm {
        found: "a key on a curve that it describes instead of naming it".to_owned(),
    })?;
    check_curve(curve)
}

/// Refuses every curve but the one.
pub(crate) fn check_curve(curve: ObjectIdentifier) -> Result<(), KeyError> {
    if curve == NistP256::OID {
        return Ok(());
    }
    Err(KeyError::Algorithm { found: name(CURVES, curve, "a key on the curve") })
}

fn name(table: &[(ObjectIdentifier, &str)], found: ObjectIdentifier, otherwise: &str) -> String {
    let known = table.iter().find(|(known, _)| *known == found);
    known.map_or_else(|| format!("{otherwise} {found}"), |(_, name)| (*name).to_owned())
}
