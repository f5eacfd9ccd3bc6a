//! Days: of waivers, and of keys.

use time::{Date, Month};

use super::reader::{Reader, Table};
use crate::document::Value;

/// A local date of TOML, or the same as text.
pub(super) fn read(reader: &mut Reader, table: Table<'_>, key: &str) -> Option<Date> {
    let entry = table.get(key)?;
    let (Value::Date(text) | Value::Text(text)) = &entry.item.value else {
        reader.kind(&entry.item, &table.key(key), "a date such as 2026-12-04");
        return None;
    };
    let date = parse(text.trim());
    if date.is_none() {
        let found = shipworthy_contract::text::excerpt(text, 40);
        let reason = format!("expected a date without time such as 2026-12-04, found: {found}");
        reader.bad(entry.item.spot, &table.key(key), &reason);
    }
    date
}

fn parse(text: &str) -> Option<Date> {
    let digits = |part: &str, length: usize| {
        (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())).then_some(())
    };
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    digits(year, 4)?;
    digits(month, 2)?;
    digits(day, 2)?;
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist_are_dates() {
        assert_eq!(parse("2028-02-29").unwrap().to_string(), "2028-02-29");
        for wrong in
            ["2026-02-29", "2026-13-01", "2026-1-1", "26-01-01", "2026-01-01T00:00:00Z", "tomorrow", "+026-01-01"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
