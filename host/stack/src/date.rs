//! A day of the calendar. Waivers expire by days; which day it is now, the caller says.

use std::{fmt, str::FromStr};

/// A day of the Gregorian calendar, years 0 to 9999, ordered by time. Written `2026-12-04`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Text that is not a date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a date such as `2026-12-04`, found: {0}")]
pub struct NotADate(pub String);

impl Date {
    /// The last day of the calendar, after every waiver.
    pub const LAST: Self = Self { year: 9999, month: 12, day: 31 };

    /// The day, if the calendar has it.
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        if year <= 9999 && 1 <= day && day <= days { Some(Self { year, month, day }) } else { None }
    }
}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |digits: &str, length: usize| {
            let fits = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
            if fits { digits.parse::<u16>().ok() } else { None }
        };
        let parts: Vec<&str> = text.split('-').collect();
        let date = match parts.as_slice() {
            [year, month, day] => number(year, 4).zip(number(month, 2)).zip(number(day, 2)),
            _ => None,
        };
        date.and_then(|((year, month), day)| Self::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?))
            .ok_or_else(|| NotADate(shipworthy_contract::text::excerpt(text, 40)))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        for right in ["2026-12-04", "2024-02-29", "2000-02-29", "0000-01-01", "9999-12-31"] {
            assert_eq!(right.parse::<Date>().map(|date| date.to_string()), Ok(right.to_owned()));
        }
        for wrong in [
            "",
            "2026-2-04",
            "2026-02-30",
            "2023-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-01-00",
            "26-01-01",
            "2026-12-04T00:00",
            " 2026-12-04",
            "+026-12-04",
            "2026-12-04-01",
            "2026/12/04",
        ] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn days_are_ordered_as_their_text(a in 0_u16..=9999, b in 1_u8..=12, c in 1_u8..=28, d in 0_u16..=9999) {
            let (one, other) = (Date::new(a, b, c).unwrap(), Date::new(d, c.min(12), b).unwrap());
            prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
            prop_assert_eq!(one.to_string().parse(), Ok(one));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _parsed = text.parse::<Date>();
        }
    }
}
