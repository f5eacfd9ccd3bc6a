use proptest::prelude::*;

use super::*;
use crate::reference;

const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn check(line: &str, expected: Result<&[u8], LineFault>) {
    let line = line.replace("DIGEST", DIGEST);
    let parsed = parse(line.as_bytes());
    assert_eq!(parsed.as_ref().map(|line| &*line.name).map_err(|fault| *fault), expected, "{line:?}");
    if let Ok(line) = parsed {
        assert_eq!(line.digest.to_string(), DIGEST);
    }
}

#[test]
fn lines_are_read_as_coreutils_does() {
    use LineFault::{Absolute, Escape, NoName, NotCanonical, Nul, Shape, Tagged};
    let shouted = format!("{} *a", DIGEST.to_uppercase());
    for (line, expected) in [
        ("DIGEST  a.txt", Ok(&b"a.txt"[..])),
        ("DIGEST *a.txt", Ok(b"a.txt")),
        (&shouted, Ok(b"a")),
        ("DIGEST  ./a/b", Ok(b"a/b")),
        ("DIGEST  a b  c", Ok(b"a b  c")),
        ("DIGEST   a", Ok(b" a")),
        ("DIGEST  *a", Ok(b"*a")),
        ("DIGEST  a\r", Ok(b"a")),
        ("DIGEST  a\\b", Ok(b"a\\b")),
        ("\\DIGEST  a\\\\b\\nc\\rd", Ok(b"a\\b\nc\rd")),
        ("DIGEST  ...", Ok(b"...")),
        ("DIGEST  ..a/b..", Ok(b"..a/b..")),
        ("\\DIGEST  a\\tb", Err(Escape)),
        ("\\DIGEST  a\\", Err(Escape)),
        ("\\DIGEST  \\n", Ok(b"\n")),
        ("DIGEST  ", Err(NoName)),
        ("DIGEST  ./", Err(NoName)),
        ("DIGEST  a\0b", Err(Nul)),
        ("DIGEST  /a", Err(Absolute)),
        ("DIGEST  .//a", Err(Absolute)),
        ("DIGEST  ..", Err(NotCanonical)),
        ("DIGEST  ././a", Err(NotCanonical)),
        ("DIGEST  a/../b", Err(NotCanonical)),
        ("DIGEST  a//b", Err(NotCanonical)),
        ("DIGEST  a/", Err(NotCanonical)),
        ("DIGEST a", Err(Shape)),
        ("DIGEST", Err(Shape)),
        ("DIGEST\ta", Err(Shape)),
        (" DIGEST  a", Err(Shape)),
        ("# DIGEST  a", Err(Shape)),
        ("", Err(Shape)),
        ("garbage", Err(Shape)),
        ("0DIGEST  a", Err(Shape)),
        ("\u{feff}DIGEST  a", Err(Shape)),
        ("SHA256 (a) = DIGEST", Err(Tagged)),
    ] {
        check(line, expected);
    }
}

#[test]
fn lines_are_written_as_coreutils_does() {
    let digest: Sha256 = DIGEST.parse().unwrap();
    for (name, line) in [
        (&b"a b"[..], format!("{DIGEST}  a b\n").into_bytes()),
        (b"a\nb", format!("\\{DIGEST}  a\\nb\n").into_bytes()),
        (b"a\\b\r", format!("\\{DIGEST}  a\\\\b\\r\n").into_bytes()),
        (b"\xff", [DIGEST.as_bytes(), b"  \xff\n"].concat()),
    ] {
        let mut out = Vec::new();
        write(&digest, name, &mut out);
        assert_eq!(out, line);
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(parts in prop::collection::vec(prop::collection::vec(1_u8..=255, 1..6), 1..4)) {
        let name = parts.join(&b'/');
        prop_assume!(fault_of(&name).is_none());
        let digest: Sha256 = DIGEST.parse().unwrap();
        let mut line = Vec::new();
        write(&digest, &name, &mut line);
        prop_assert_eq!(line.pop(), Some(b'\n'));
        prop_assert!(!line.contains(&b'\n'));
        let read = parse(&line).unwrap();
        prop_assert_eq!((read.digest, &*read.name), (digest, &*name));
    }

    #[test]
    fn the_simple_reader_agrees(mark in "\\\\?", head in "[0-9a-fA-F]{64}|[0-9a-g]{62,65}", gap in "  | \\*| |\t", name in r"[ab./\\nr\r]{0,8}") {
        let line = format!("{mark}{head}{gap}{name}");
        let found = parse(line.as_bytes()).ok().map(|line| (line.digest.to_string(), line.name.into_owned()));
        prop_assert_eq!(found, reference::sums_line(line.as_bytes()), "{:?}", line);
    }

    #[test]
    fn any_bytes_are_a_line_or_a_fault(line in prop::collection::vec(any::<u8>(), 0..200)) {
        let found = parse(&line).ok().map(|line| (line.digest.to_string(), line.name.into_owned()));
        prop_assert_eq!(found, reference::sums_line(&line));
    }
}
