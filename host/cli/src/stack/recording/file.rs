//! A recording as a file: JSON in gzip, so that `zcat` shows it. Plain JSON is read as well, as a hand writes it.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    path::Path,
};

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use serde::Deserialize;

use super::{FORMAT, Recording};
use crate::refusal::RecordingError;

/// Largest recording that is read, unpacked, in bytes: a thousand runs of a few answers each are far below it.
const LARGEST: u64 = 256 << 20;

/// Room for what all runs of one recording are told, in bytes of JSON: with the indentation around it, below [`LARGEST`],
/// so that what is written can be read again.
pub(in crate::stack) const ROOM: u64 = LARGEST * 3 / 8;

/// What gzip begins with (RFC 1952, 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Writes a recording to its last byte.
pub(super) fn write(recording: &Recording, out: &mut dyn Write) -> io::Result<()> {
    // JSON is written in many small pieces.
    let mut packed = BufWriter::new(GzEncoder::new(BufWriter::new(out), Compression::default()));
    serde_json::to_writer_pretty(&mut packed, recording)?;
    packed.write_all(b"\n")?;
    let packed = packed.into_inner().map_err(io::IntoInnerError::into_error)?;
    packed.finish()?.flush()
}

pub(super) fn read(file: &Path) -> Result<Recording, RecordingError> {
    let open = || open(file).map_err(RecordingError::Io);
    let recording: Recording = match parse(open()?, LARGEST) {
        Ok(recording) => recording,
        // One of a later format may have fields that nobody knows yet: better than these, its format says what it is.
        Err(error @ RecordingError::Json(_)) => match parse::<Head>(open()?, LARGEST) {
            Ok(head) if head.format != FORMAT => return Err(head.refused()),
            _ => return Err(error),
        },
        Err(error) => return Err(error),
    };
    if recording.format == FORMAT {
        return Ok(recording);
    }
    Err(Head { format: recording.format, shipworthy: Some(recording.shipworthy) }.refused())
}

#[expect(clippy::disallowed_methods, reason = "the door for the recording that the user names")]
fn open(file: &Path) -> io::Result<File> {
    File::open(file)
}

/// What a recording of any format begins with.
#[derive(Deserialize)]
struct Head {
    format: String,
    #[serde(default)]
    shipworthy: Option<String>,
}

impl Head {
    fn refused(self) -> RecordingError {
        RecordingError::Format { expected: FORMAT, found: self.format, by: self.shipworthy }
    }
}

/// Parses JSON, packed or not, that is at most so large unpacked; nothing of it is held but what comes of it.
fn parse<T: for<'de> Deserialize<'de>>(mut file: impl Read, largest: u64) -> Result<T, RecordingError> {
    let mut head = Vec::new();
    file.by_ref().take(GZIP.len() as u64).read_to_end(&mut head)?;
    let is_packed = head == GZIP;
    let whole = BufReader::new(head.as_slice().chain(file));
    let unpacked: Box<dyn Read + '_> = if is_packed { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) };
    let mut bounded = Bounded { of: unpacked, left: largest, is_over: false };
    serde_json::from_reader(BufReader::new(&mut bounded)).map_err(|error| match error.classify() {
        _ if bounded.is_over => RecordingError::TooLarge(largest),
        serde_json::error::Category::Io if is_packed => RecordingError::Damaged(error.into()),
        serde_json::error::Category::Io => RecordingError::Io(error.into()),
        _ => RecordingError::Json(error),
    })
}

/// A reader that ends with an error where there is more than a limit.
struct Bounded<R> {
    of: R,
    left: u64,
    is_over: bool,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.of.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => self.is_over = true,
        }
        if self.is_over { Err(io::Error::other("too large")) } else { Ok(read) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording() -> Recording {
        Recording::new("staging", "2026-12-04T08:00:00Z".to_owned(), None, Vec::new())
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    }

    fn parsed(bytes: &[u8]) -> Result<Recording, RecordingError> {
        parse(bytes, 1 << 10)
    }

    #[test]
    fn what_is_written_is_gzip_and_is_read_again_packed_or_not() {
        let mut bytes = Vec::new();
        write(&recording(), &mut bytes).unwrap();
        assert_eq!(bytes.get(..2), Some(GZIP.as_slice()));
        assert_eq!(parsed(&bytes).unwrap(), recording());
        let mut text = String::new();
        MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        assert!(text.starts_with("{\n  \"format\": \"shipworthy.recording/1\",\n") && text.ends_with("}\n"), "{text}");
        assert_eq!(parsed(text.as_bytes()).unwrap(), recording());
        // As `cat a.gz b.gz` makes it.
        let (begin, end) = text.split_at(text.len() / 2);
        assert_eq!(parsed(&[packed(begin.as_bytes()), packed(end.as_bytes())].concat()).unwrap(), recording());
        // The same bytes for the same run.
        let mut again = Vec::new();
        write(&recording(), &mut again).unwrap();
        assert_eq!(again, bytes);
    }

    #[test]
    fn what_is_too_large_is_refused_by_its_size() {
        let blanks = vec![b' '; 100_000];
        for bytes in
            [packed(&blanks), blanks.clone(), packed(&vec![b'['; 2_000]), packed(&[packed(b"[]"), blanks].concat())]
        {
            let error = parsed(&bytes).unwrap_err();
            let is_refused = matches!(error, RecordingError::TooLarge(1_024) | RecordingError::Json(_));
            assert!(is_refused, "{error:?}");
        }
        let error = parsed(&packed(&b" ".repeat(100_000))).unwrap_err();
        assert_eq!(error.to_string(), "it is larger than 1KiB unpacked");
        let exact = serde_json::to_vec(&recording()).unwrap();
        assert!(parse::<Recording>(exact.as_slice(), exact.len() as u64).is_ok());
        assert!(parse::<Recording>(exact.as_slice(), exact.len() as u64 - 1).is_err());
    }

    #[test]
    fn damage_is_told_as_that() {
        let mut bytes = Vec::new();
        write(&recording(), &mut bytes).unwrap();
        for cut in [3, 12, bytes.len() / 2, bytes.len() - 1] {
            let error = parsed(&bytes[..cut]).unwrap_err();
            assert!(matches!(error, RecordingError::Damaged(_)), "{cut}: {error:?}");
        }
        // The checksum stands before the last four bytes.
        let at = bytes.len() - 6;
        bytes[at] ^= 1;
        assert!(matches!(parsed(&bytes).unwrap_err(), RecordingError::Damaged(_)));
        for text in ["", "{}", "\u{1f}", "{\"format\":1}", "\u{feff}{}"] {
            assert!(matches!(parsed(text.as_bytes()).unwrap_err(), RecordingError::Json(_)), "{text}");
        }
    }
}
