//! Components that every tool takes for whole, and that observe nothing: what is sent about is what matters of them.

use anyhow::Result;

/// A plugin: its imports and exports are a probe's, and nothing is behind them.
const PROBE: &str = r#"(component
  (import "wasi:io/poll@0.2.6" (instance))
  (instance $guest)
  (export "shipworthy:probe/guest@0.1.0" (instance $guest)))"#;

/// A plugin with this descriptor, and with a section of so many bytes that mean nothing.
pub fn probe(descriptor: &str, padding: usize) -> Result<Vec<u8>> {
    let mut bytes = bare(padding)?;
    custom(&mut bytes, "shipworthy:descriptor", descriptor.as_bytes());
    Ok(bytes)
}

/// The same without a descriptor.
pub fn bare(padding: usize) -> Result<Vec<u8>> {
    let mut bytes = wat::parse_str(PROBE)?;
    // Bytes that no two places share, so that a flipped or a missing one is one.
    let filler: Vec<u8> = (0..padding).map(|place| u8::try_from(place * 7 % 251).unwrap_or(0)).collect();
    custom(&mut bytes, "padding", &filler);
    Ok(bytes)
}

/// Appends a custom section (WebAssembly core specification, "Custom section").
fn custom(bytes: &mut Vec<u8>, name: &str, content: &[u8]) {
    let size = |length: usize| {
        let mut left = length;
        let mut out = Vec::new();
        loop {
            let low = u8::try_from(left & 0x7f).unwrap_or(0);
            left >>= 7;
            out.push(if left == 0 { low } else { low | 0x80 });
            if left == 0 {
                return out;
            }
        }
    };
    let body = [size(name.len()), name.as_bytes().to_vec(), content.to_vec()].concat();
    bytes.push(0);
    bytes.extend(size(body.len()));
    bytes.extend(body);
}
