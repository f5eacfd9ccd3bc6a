//! Protobuf by hand: enough for messages of a few fields, where a code generator would cost more than it gives.

use crate::Unreadable;

/// Writes a message field by field.
///
/// ```
/// use shipworthy_sdk::protobuf::Writer;
///
/// assert_eq!(Writer::new().text(1, "hi").varint(2, 300).finish(), [0x0a, 2, b'h', b'i', 0x10, 0xac, 2]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty message.
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// A `string` field.
    #[must_use]
    pub fn text(self, number: u32, text: &str) -> Self {
        self.bytes(number, text.as_bytes())
    }

    /// A `bytes` field, or a message in a message.
    #[must_use]
    pub fn bytes(mut self, number: u32, bytes: &[u8]) -> Self {
        self.push(u64::from(number) << 3 | LENGTH_DELIMITED);
        self.push(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// An `int32`, `int64`, `uint32`, `uint64`, `bool` or `enum` field.
    #[must_use]
    pub fn varint(mut self, number: u32, value: u64) -> Self {
        self.push(u64::from(number) << 3 | VARINT);
        self.push(value);
        self
    }

    /// The encoded message.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn push(&mut self, mut value: u64) {
        while value > 0x7f {
            self.bytes.push(low_byte(value) | 0x80);
            value >>= 7;
        }
        self.bytes.push(low_byte(value));
    }
}

fn low_byte(value: u64) -> u8 {
    value.to_le_bytes()[0] & 0x7f
}

const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const LENGTH_DELIMITED: u64 = 2;
const FIXED32: u64 = 5;

/// One field's value, as it is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'a> {
    /// Integers, booleans and enums.
    Varint(u64),
    /// Text, bytes and messages.
    Bytes(&'a [u8]),
    /// `fixed64`, `sfixed64`, and the bits of a `double`.
    Fixed64(u64),
    /// `fixed32`, `sfixed32`, and the bits of a `float`.
    Fixed32(u32),
}

/// Reads the fields of a message, in their order, each with its number. After an error it ends.
///
/// ```
/// use shipworthy_sdk::protobuf::{Field, fields};
///
/// let read: Result<Vec<_>, _> = fields(&[0x0a, 2, b'h', b'i', 0x10, 0xac, 2]).collect();
/// assert_eq!(read?, [(1, Field::Bytes(b"hi")), (2, Field::Varint(300))]);
/// # Ok::<(), shipworthy_sdk::Unreadable>(())
/// ```
pub fn fields(message: &[u8]) -> Fields<'_> {
    Fields { rest: message }
}

/// The last varint field of this number, as protobuf has it; 0 where there is none.
pub fn varint(message: &[u8], number: u32) -> Result<u64, Unreadable> {
    let mut value = 0;
    for field in fields(message) {
        if let (found, Field::Varint(varint)) = field?
            && found == number
        {
            value = varint;
        }
    }
    Ok(value)
}

/// The last text field of this number; empty where there is none.
pub fn text(message: &[u8], number: u32) -> Result<&str, Unreadable> {
    let mut value: &[u8] = &[];
    for field in fields(message) {
        if let (found, Field::Bytes(bytes)) = field?
            && found == number
        {
            value = bytes;
        }
    }
    std::str::from_utf8(value).map_err(|error| Unreadable(format!("protobuf: {error}")))
}

/// See [`fields`].
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<(u32, Field<'a>)> {
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).ok().filter(|number| *number > 0)?;
        let field = match key & 7 {
            VARINT => Field::Varint(self.varint()?),
            FIXED64 => Field::Fixed64(u64::from_le_bytes(*self.array()?)),
            LENGTH_DELIMITED => {
                let length = usize::try_from(self.varint()?).ok()?;
                let (bytes, rest) = self.rest.split_at_checked(length)?;
                self.rest = rest;
                Field::Bytes(bytes)
            }
            FIXED32 => Field::Fixed32(u32::from_le_bytes(*self.array()?)),
            _ => return None,
        };
        Some((number, field))
    }

    /// A varint has at most ten bytes, the last of which holds one bit.
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            if shift == 63 && *byte > 1 {
                return None;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (array, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(array)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Field<'a>), Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.rest = &[];
        }
        Some(field.ok_or_else(|| Unreadable("not a protobuf message".to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let bytes = Writer::new().text(1, "x").varint(2, u64::MAX).varint(536_870_911, 0).bytes(3, &[]).finish();
        let read: Vec<_> = fields(&bytes).map(Result::unwrap).collect();
        assert_eq!(
            read,
            [
                (1, Field::Bytes(b"x")),
                (2, Field::Varint(u64::MAX)),
                (536_870_911, Field::Varint(0)),
                (3, Field::Bytes(b""))
            ]
        );
    }

    #[test]
    fn fixed_fields_are_stepped_over() {
        let bytes = [0x09, 1, 0, 0, 0, 0, 0, 0, 0, 0x15, 2, 0, 0, 0, 0x18, 7];
        assert_eq!(varint(&bytes, 3), Ok(7));
        assert_eq!(fields(&bytes).next(), Some(Ok((1, Field::Fixed64(1)))));
    }

    #[test]
    fn the_last_field_of_a_number_counts_and_an_absent_one_is_its_default() {
        assert_eq!(varint(&[8, 1, 8, 2], 1), Ok(2));
        assert_eq!(varint(&[], 1), Ok(0));
        assert_eq!(text(&[0x0a, 1, b'a', 0x0a, 1, b'b'], 1), Ok("b"));
        assert_eq!(text(&[], 1), Ok(""));
    }

    #[test]
    fn nonsense_is_unreadable_once_and_then_over() {
        for nonsense in [
            &[0x08][..],
            &[0x0a, 5, 1],
            &[0x0b],
            &[0x00, 1],
            &[0x09, 1],
            &[0xff; 11],
            &[8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
            b"<html>",
        ] {
            let read: Vec<_> = fields(nonsense).collect();
            assert!(read.last().unwrap().is_err(), "{nonsense:?}");
            assert_eq!(read.iter().filter(|field| field.is_err()).count(), 1, "{nonsense:?}");
        }
        assert!(text(&[0x0a, 1, 0xff], 1).is_err());
    }
}
