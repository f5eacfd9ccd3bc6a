//! The one place that reads the calendar. Which day it is goes down as a value.

use std::time::Instant;

use shipworthy_capabilities::Calendar;
use shipworthy_contract::report::Run;
use shipworthy_stack::Date;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

/// The day of this version. A clock before it is wrong, and with it every certificate and every waiver; pages of the
/// manual bear it, so that they are the same wherever they are made.
pub(crate) const MADE: &str = "2026-01-01";

/// When a check began.
pub(crate) struct Begun {
    at: Instant,
    started: String,
}

impl Begun {
    pub(crate) fn now() -> Self {
        Self { at: Instant::now(), started: now() }
    }

    /// How long it has taken until now.
    pub(crate) fn elapsed(&self) -> std::time::Duration {
        self.at.elapsed()
    }

    /// The run until now, as the report has it.
    pub(crate) fn run(&self) -> Run {
        Run {
            shipworthy: env!("CARGO_PKG_VERSION").to_owned(),
            started: self.started.clone(),
            duration_ms: u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// Today, UTC.
pub(crate) fn today() -> Date {
    date(OffsetDateTime::now_utc().date())
}

/// Today, UTC, as a calendar's date.
pub(crate) fn calendar_day() -> time::Date {
    OffsetDateTime::now_utc().date()
}

/// This second, UTC, as `2026-12-04T08:00:00Z`.
pub(crate) fn now() -> String {
    let now = OffsetDateTime::now_utc().truncate_to_second();
    // The format has no part that a time could lack.
    now.format(&Rfc3339).unwrap_or_default()
}

/// This second, since 1970.
pub(crate) fn seconds() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

/// The day of a second since 1970, as `2026-12-04`.
pub(crate) fn day(seconds: i64) -> String {
    OffsetDateTime::from_unix_timestamp(seconds).map_or_else(|_| "no day".to_owned(), |at| at.date().to_string())
}

/// Now, as the runs of probes take it from here.
pub(crate) fn calendar() -> Calendar {
    let nanos = u64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos());
    // A clock that is set before 1970 is one that is not set.
    Calendar::read(nanos.map(std::time::Duration::from_nanos).unwrap_or_default())
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

/// This moment, to be held against the times of files.
pub(crate) fn moment() -> std::time::SystemTime {
    OffsetDateTime::now_utc().into()
}
