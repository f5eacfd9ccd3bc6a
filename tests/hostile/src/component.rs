//! Components as bytes: sections added to them, and damage.

use crate::guests::append_section;

/// Where a descriptor stands in a component.
pub(crate) const DESCRIPTOR: &str = crate::guests::DESCRIPTOR_SECTION;

/// What every component begins with.
pub(crate) const COMPONENT_HEADER: [u8; 8] = *b"\0asm\x0d\0\x01\0";

/// What every core module begins with.
pub(crate) const MODULE_HEADER: [u8; 8] = *b"\0asm\x01\0\0\0";

/// Ids of a component's sections.
pub(crate) const CORE_MODULE: u8 = 1;
pub(crate) const COMPONENT: u8 = 4;

/// With a descriptor in it.
pub(crate) fn described(mut bytes: Vec<u8>, descriptor: &str) -> Vec<u8> {
    append_section(&mut bytes, DESCRIPTOR, descriptor.as_bytes());
    bytes
}

/// With a section of any kind at its end.
pub(crate) fn with_section(mut bytes: Vec<u8>, id: u8, body: &[u8]) -> Vec<u8> {
    bytes.push(id);
    push_length(&mut bytes, body.len());
    bytes.extend_from_slice(body);
    bytes
}

/// A component or core module of nothing but a descriptor.
pub(crate) fn only_described(header: [u8; 8], descriptor: &str) -> Vec<u8> {
    described(header.to_vec(), descriptor)
}

/// Components within components, so many deep.
pub(crate) fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(COMPONENT_HEADER.to_vec(), |inner, _| with_section(COMPONENT_HEADER.to_vec(), COMPONENT, &inner))
}

/// Unsigned LEB128.
fn push_length(out: &mut Vec<u8>, mut length: usize) {
    loop {
        let low = u8::try_from(length & 0x7f).unwrap_or_default();
        length >>= 7;
        out.push(if length == 0 { low } else { low | 0x80 });
        if length == 0 {
            return;
        }
    }
}

/// The same numbers in every run: damage that was found once is found again.
#[derive(Debug)]
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below a limit (`SplitMix64`).
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(limit.max(1)).unwrap_or(1)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_the_format_has_them() {
        let with = |length: usize| with_section(Vec::new(), 4, &vec![0; length]);
        assert_eq!(with(5).get(..2), Some([4, 5].as_slice()));
        assert_eq!(with(300).get(..3), Some([4, 0xac, 2].as_slice()));
    }

    #[test]
    fn nested_components_hold_each_other() {
        assert_eq!(nested(1), [COMPONENT_HEADER.as_slice(), &[4, 8], &COMPONENT_HEADER].concat());
    }
}
