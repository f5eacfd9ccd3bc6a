//! Amounts of bytes and of time as people write them: `64MiB`, `5s`.

use std::{fmt, str::FromStr, time::Duration};

/// A number of bytes, written `N`, `NB`, `NKiB`, `NMiB` or `NGiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// A span of time, written `Nms`, `Ns` or `Nm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// Text that is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found: {found}")]
pub struct NotAnAmount {
    /// What forms are understood.
    pub expected: &'static str,
    /// What was written.
    pub found: String,
}

impl FromStr for Bytes {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1), ("", 1)];
        parse(text, &units, "an amount of bytes such as `64KiB` or `4MiB`").map(Self)
    }
}

impl FromStr for Span {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let units = [("ms", 1), ("s", 1_000), ("m", 60_000)];
        parse(text, &units, "a time such as `500ms`, `5s` or `2m`").map(|ms| Self(Duration::from_millis(ms)))
    }
}

fn parse(text: &str, units: &[(&str, u64)], expected: &'static str) -> Result<u64, NotAnAmount> {
    let text = text.trim();
    units
        .iter()
        .find_map(|(unit, factor)| {
            let digits = text.strip_suffix(unit)?.trim_end();
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            digits.parse::<u64>().ok()?.checked_mul(*factor)
        })
        .ok_or_else(|| NotAnAmount { expected, found: crate::text::excerpt(text, 40) })
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, factor) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
            if self.0 >= factor && self.0.is_multiple_of(factor) {
                return write!(f, "{}{unit}", self.0 / factor);
            }
        }
        write!(f, "{}B", self.0)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_millis();
        if ms >= 1_000 && ms.is_multiple_of(1_000) { write!(f, "{}s", ms / 1_000) } else { write!(f, "{ms}ms") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_written() {
        for (text, bytes) in [("0", 0), ("12", 12), ("12B", 12), ("64KiB", 65_536), ("4 MiB", 4_194_304)] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
        for (text, ms) in [("500ms", 500), ("5s", 5_000), ("2m", 120_000)] {
            assert_eq!(text.parse(), Ok(Span(Duration::from_millis(ms))), "{text}");
        }
        assert_eq!(Bytes(4 << 20).to_string(), "4MiB");
        assert_eq!(Bytes(1000).to_string(), "1000B");
        assert_eq!(Span(Duration::from_millis(1_500)).to_string(), "1500ms");
    }

    #[test]
    fn nonsense_and_overflow_are_refused() {
        for wrong in ["", "MiB", "-1", "1.5s", "99999999999999999999", "18446744073709551615GiB", "5 parsecs"] {
            assert!(wrong.parse::<Bytes>().is_err(), "{wrong}");
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
    }
}
