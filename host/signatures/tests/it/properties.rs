//! What holds whatever anybody writes.

use proptest::prelude::*;
use shipworthy_contract::{Secret, Sha256};
use shipworthy_signatures::{Attached, PrivateKey, PublicKey, sign_blob, verify_blob, verify_manifest};

use crate::{key, trusted};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_signed_is_accepted_by_its_key_alone(bytes: Vec<u8>, other: Vec<u8>) {
        let signature = sign_blob(&key("release"), &bytes).unwrap();
        prop_assert!(verify_blob(&bytes, signature.as_bytes(), &trusted(&["release"])).is_ok());
        prop_assert!(verify_blob(&bytes, signature.as_bytes(), &trusted(&["backup"])).is_err());
        prop_assert_eq!(verify_blob(&other, signature.as_bytes(), &trusted(&["release"])).is_ok(), bytes == other);
    }

    #[test]
    fn nothing_that_is_written_is_accepted_or_stops_the_reader(text in ".*", bytes: Vec<u8>) {
        let keys = trusted(&["release"]);
        for bytes in [text.as_bytes(), &bytes] {
            prop_assert!(verify_blob(b"x", bytes, &keys).is_err());
            let simple = Attached::SimpleSigning { payload: bytes, signature: &text };
            prop_assert!(verify_manifest(Sha256::of(b"x"), &[Attached::Bundle(bytes), simple], &keys).is_err());
        }
        prop_assert!(PublicKey::from_pem(&text).is_err());
    }

    #[test]
    fn no_block_stops_the_reader_of_keys(label in "(PUBLIC KEY|PRIVATE KEY|EC PRIVATE KEY|ENCRYPTED SIGSTORE PRIVATE KEY)", bytes: Vec<u8>) {
        use base64::{Engine as _, engine::general_purpose::STANDARD};

        let text = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(bytes));
        prop_assert!(PublicKey::from_pem(&text).is_err());
        prop_assert!(PrivateKey::from_pem(&text, Some(&Secret::new(String::new()))).is_err());
    }

    #[test]
    fn no_der_that_begins_well_stops_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..80), length: u8) {
        let mut der = vec![0x30, length, 0x02, 0x20];
        der.extend(bytes);
        prop_assert!(verify_blob(b"x", &der, &trusted(&["release"])).is_err());
    }
}
