//! The one place that reads the calendar. Which day it is goes down as a value.

use shipworthy_stack::Date;
use time::{Duration, OffsetDateTime};

/// Today, UTC.
pub(crate) fn today() -> Date {
    date(OffsetDateTime::now_utc().date())
}

/// A week from now, as an example of how long a waiver may last.
pub(crate) fn waiver_example() -> String {
    date((OffsetDateTime::now_utc() + Duration::days(7)).date()).to_string()
}

/// A calendar's date as the judge has it.
pub(crate) fn date(at: time::Date) -> Date {
    let year = u16::try_from(at.year()).unwrap_or(0);
    // A clock that no calendar has lets every waiver expire, which errs on the strict side.
    Date::new(year, at.month().into(), at.day()).unwrap_or(Date::LAST)
}
