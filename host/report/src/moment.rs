//! Moments as `Report.run` writes them, `2026-12-04T08:00:00Z`, and what lies some time later.

use time::{Duration, PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// As `Report.run` writes it: RFC 3339 in UTC, to the second.
const MOMENT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// The same, to the millisecond.
const LATER: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// The moment so many milliseconds after another one, to the millisecond; none if that is not written as RFC 3339 in
/// UTC to the second, or lies beyond the year 9999.
pub(crate) fn after(moment: &str, milliseconds: u64) -> Option<String> {
    let moment = PrimitiveDateTime::parse(moment, MOMENT).ok()?;
    let later = moment.checked_add(Duration::milliseconds(i64::try_from(milliseconds).ok()?))?;
    later.format(LATER).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds of a day.
    const DAY: u64 = 24 * 60 * 60 * 1_000;

    #[test]
    fn time_goes_on_over_days_months_and_years() {
        for (moment, milliseconds, later) in [
            ("2026-12-04T08:00:00Z", 0, Some("2026-12-04T08:00:00.000Z")),
            ("2026-12-04T08:00:00Z", 1_234, Some("2026-12-04T08:00:01.234Z")),
            ("2026-12-31T23:59:59Z", 1_000, Some("2027-01-01T00:00:00.000Z")),
            ("2028-02-28T23:59:59Z", 1_001, Some("2028-02-29T00:00:00.001Z")),
            ("2027-02-28T23:59:59Z", 1_000, Some("2027-03-01T00:00:00.000Z")),
            ("2000-02-28T00:00:00Z", 2 * DAY, Some("2000-03-01T00:00:00.000Z")),
            ("1900-02-28T00:00:00Z", DAY, Some("1900-03-01T00:00:00.000Z")),
            ("2024-01-01T00:00:00Z", 366 * DAY, Some("2025-01-01T00:00:00.000Z")),
            ("9999-12-31T23:59:59Z", 1_000, None),
            ("2026-12-04T08:00:00Z", u64::MAX, None),
            ("2026-12-04T08:00:00+01:00", 0, None),
            ("2026-13-04T08:00:00Z", 0, None),
            ("yesterday", 0, None),
            ("", 0, None),
        ] {
            assert_eq!(after(moment, milliseconds).as_deref(), later, "{moment} {milliseconds}");
        }
    }
}
