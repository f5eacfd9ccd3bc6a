//! Archives as the engine makes them, and as nobody should.

use proptest::prelude::*;

use super::*;

/// One entry: header, content, padding.
fn entry(kind: u8, size: u64, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0; BLOCK];
    header[..4].copy_from_slice(b"file");
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[156] = kind;
    header[148..156].copy_from_slice(b"        ");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header.extend_from_slice(content);
    header.resize(header.len().next_multiple_of(BLOCK), 0);
    header
}

/// The file, with the archive coming in pieces of one size.
fn read(archive: &[u8], limit: u64, piece: usize) -> Result<Option<Vec<u8>>, Fault> {
    let mut reader = Reader::new(limit);
    let mut content = Vec::new();
    for piece in archive.chunks(piece) {
        let mut rest = piece;
        loop {
            let (step, left) = reader.step(rest)?;
            rest = left;
            match step {
                Step::More => break,
                Step::Content(bytes) => content.extend_from_slice(bytes),
                Step::Done => return Ok(Some(content)),
            }
        }
    }
    Ok(None)
}

/// The file, none where the archive ends before it, or the fault.
type Expected = Result<Option<&'static [u8]>, Fault>;

#[test]
fn only_a_regular_file_that_comes_first_is_read() {
    let file = entry(b'0', 3, b"abc");
    let rows: [(&str, Vec<u8>, Expected); 12] = [
        ("file", file.clone(), Ok(Some(b"abc"))),
        ("old file", entry(0, 3, b"abc"), Ok(Some(b"abc"))),
        ("extended", [entry(b'x', 9, b"9 size=2\n"), entry(b'0', 3, b"abc")].concat(), Ok(Some(b"ab"))),
        ("long name", [entry(b'L', 4, b"name"), file.clone()].concat(), Ok(Some(b"abc"))),
        ("link", [entry(b'2', 0, b""), file.clone()].concat(), Err(Fault::NotAFile)),
        ("hard link", entry(b'1', 0, b""), Err(Fault::NotAFile)),
        ("folder", [entry(b'5', 0, b""), file.clone()].concat(), Err(Fault::NotAFile)),
        ("device", entry(b'3', 0, b""), Err(Fault::NotAFile)),
        ("sparse", entry(b'S', 3, b"abc"), Err(Fault::NotAFile)),
        ("large", entry(b'0', 11, b"abc"), Err(Fault::TooLarge(10))),
        ("empty", vec![0; 1_024], Err(Fault::Malformed("is empty"))),
        ("cut", file[..514].to_vec(), Ok(None)),
    ];
    for (name, archive, expected) in rows {
        for piece in [1, 7, 512, 4_096] {
            let expected = expected.map(|content| content.map(<[u8]>::to_vec));
            assert_eq!(read(&archive, 10, piece), expected, "{name} in pieces of {piece}");
        }
    }
}

#[test]
fn headers_that_lie_are_refused() {
    let mut altered = entry(b'0', 3, b"abc");
    altered[0] = b'F';
    assert_eq!(read(&altered, 10, 512), Err(Fault::Malformed("has a header with a wrong checksum")));
    let endless = entry(b'x', 1 << 30, b"");
    assert_eq!(read(&endless, 10, 512), Err(Fault::Malformed("has too much metadata")));
}

proptest! {
    #[test]
    fn any_file_is_read_in_any_pieces(content: Vec<u8>, piece in 1..2_000_usize) {
        let archive = entry(b'0', content.len() as u64, &content);
        prop_assert_eq!(read(&archive, 1 << 20, piece), Ok(Some(content)));
    }

    #[test]
    fn no_archive_makes_it_panic(archive: Vec<u8>, kind: u8, size: u64) {
        drop(read(&archive, 10, 100));
        drop(read(&entry(kind, size % (1 << 33), &archive), 10, 100));
    }
}
