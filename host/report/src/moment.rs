//! Moments as `Report.run` writes them, `2026-12-04T08:00:00Z`, and what lies some time later.

/// Milliseconds of a day.
const DAY: u64 = 24 * 60 * 60 * 1_000;

/// The moment so many milliseconds after another one, to the millisecond; none if that is not written as RFC 3339 in
/// UTC to the second, or lies beyond the year 9999.
pub(crate) fn after(moment: &str, milliseconds: u64) -> Option<String> {
    let (date, time) = moment.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    if !(1..=9_999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // A leap second is the last of its minute.
    let seconds = (hour.min(23) * 60 + minute.min(59)) * 60 + second.min(59);
    let all = (days(year, month, day) * DAY + seconds * 1_000).checked_add(milliseconds)?;
    let (year, month, day) = date_of(all / DAY);
    let (rest, milliseconds) = (all % DAY / 1_000, all % 1_000);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    (year <= 9_999)
        .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z"))
}

fn numbers(text: &str, separator: char) -> Option<[u64; 3]> {
    let mut parts = text.split(separator);
    let mut next = || parts.next().filter(|part| part.len() <= 4 && !part.starts_with('+'))?.parse().ok();
    let numbers = [next()?, next()?, next()?];
    parts.next().is_none().then_some(numbers)
}

/// Days before a date since the first of March of the year 0, so that a leap day is the last of its year.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    year * 365 + year / 4 - year / 100 + year / 400 + days_before(month) + day - 1
}

/// Days before a month, of which March is 0.
const fn days_before(month: u64) -> u64 {
    (153 * month + 2) / 5
}

fn date_of(days: u64) -> (u64, u64, u64) {
    // Never too late a year, and at most some too early.
    let mut year = days * 400 / 146_097;
    while self::days(year + 1, 3, 1) <= days {
        year += 1;
    }
    while self::days(year, 3, 1) > days {
        year -= 1;
    }
    let of_year = days - self::days(year, 3, 1);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - days_before(month) + 1;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::*;

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
