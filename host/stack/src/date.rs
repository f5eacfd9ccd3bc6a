//! A day of the calendar. Waivers expire by days; which day it is now, the caller says.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

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
        let days = days_of(year, month);
        if year <= 9999 && 1 <= day && day <= days { Some(Self { year, month, day }) } else { None }
    }

    /// The day, UTC, of a second counted from 1970; the nearest day of the calendar for one outside it.
    pub fn of_unix(seconds: i64) -> Self {
        let (mut year, mut day) = (1970_i64, seconds.div_euclid(86_400));
        // Whole cycles of 400 years first, then year by year: at most 400 steps.
        year += 400 * day.div_euclid(146_097);
        day = day.rem_euclid(146_097);
        let length = |year: i64| if is_leap(year) { 366 } else { 365 };
        while day >= length(year) {
            day -= length(year);
            year += 1;
        }
        let Some(year) = u16::try_from(year).ok().filter(|year| *year <= 9999) else {
            return if year < 0 { Self { year: 0, month: 1, day: 1 } } else { Self::LAST };
        };
        let mut left = u16::try_from(day).unwrap_or(0);
        for month in 1..=12 {
            let days = u16::from(days_of(year, month));
            if left < days {
                return Self { year, month, day: u8::try_from(left + 1).unwrap_or(1) };
            }
            left -= days;
        }
        Self::LAST
    }
}

const fn is_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// Days of a month; none has 0.
const fn days_of(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year as i64) => 29,
        2 => 28,
        _ => 0,
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

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn seconds_fall_on_their_day() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_782_400, "2000-02-29"),
            (4_107_542_399, "2100-02-28"),
            (4_107_542_400, "2100-03-01"),
            (1_795_651_200, "2026-11-26"),
            (253_402_300_799, "9999-12-31"),
            (253_402_300_800, "9999-12-31"),
            (i64::MAX, "9999-12-31"),
            (i64::MIN, "0000-01-01"),
        ] {
            assert_eq!(Date::of_unix(seconds).to_string(), day, "{seconds}");
        }
    }

    proptest! {
        #[test]
        fn days_follow_each_other(day in -719_528_i64..2_932_895) {
            let [today, tomorrow] = [day, day + 1].map(|day| Date::of_unix(day * 86_400));
            prop_assert!(today < tomorrow);
            prop_assert_eq!(Date::of_unix(day * 86_400 + 86_399), today);
        }
    }

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
