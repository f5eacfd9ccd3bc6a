//! How bytes, durations and times stand in a recording: so that it can be read, diffed and written by hand.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Content;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Written {
    Text(String),
    Base64(String),
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => Written::Text(text.to_owned()),
            Err(_) => Written::Base64(BASE64_STANDARD.encode(&self.0)),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Text(text) => Ok(Self(text.into_bytes())),
            Written::Base64(text) => BASE64_STANDARD.decode(text).map(Self).map_err(de::Error::custom),
        }
    }
}

/// A duration as a number of milliseconds, with a fraction where it has one: `3`, `1.372`.
pub(super) mod millis {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de};

    use crate::clock::micros;

    #[expect(clippy::cast_precision_loss, reason = "a request that takes 285 years is cut before")]
    pub(crate) fn serialize<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        if span.subsec_micros().is_multiple_of(1_000) {
            span.as_millis().serialize(serializer)
        } else {
            (span.as_micros() as f64 / 1_000.0).serialize(serializer)
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let millis = f64::deserialize(deserializer)?;
        // It rounds to the nearest nanosecond, which undoes what dividing by a thousand lost.
        let span = Duration::try_from_secs_f64(millis / 1_000.0);
        span.map(micros).map_err(|error| de::Error::custom(format_args!("`duration_ms`: {error}")))
    }
}

/// A time since the beginning of 1970 in RFC 3339.
pub(super) mod time {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de, ser};
    use time::{OffsetDateTime, format_description::well_known::Rfc3339};

    pub(crate) fn serialize<S: Serializer>(since_1970: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        let nanos = i128::try_from(since_1970.as_nanos()).map_err(ser::Error::custom)?;
        let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).map_err(ser::Error::custom)?;
        at.format(&Rfc3339).map_err(ser::Error::custom)?.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = |why: &dyn std::fmt::Display| {
            de::Error::custom(format_args!("expected a time such as 2026-12-04T08:00:00Z, found `{text}`: {why}"))
        };
        let at = OffsetDateTime::parse(&text, &Rfc3339).map_err(|error| wrong(&error))?;
        let micros = u64::try_from(at.unix_timestamp_nanos().div_euclid(1_000)).ok();
        micros.map(Duration::from_micros).ok_or_else(|| wrong(&"before 1970"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        RecordedRun,
        tape::{Answered, Asked, Exchange},
    };

    proptest! {
        #[test]
        fn content_survives_being_written(bytes: Vec<u8>) {
            let content = Content(bytes);
            let json = serde_json::to_string(&content).unwrap();
            prop_assert_eq!(serde_json::from_str::<Content>(&json).unwrap(), content);
        }

        #[test]
        fn a_run_survives_being_written(began in 0..250_000_000_000_000_000_u64, took in 0..100_000_000_000_u64) {
            let run = taking(Duration::from_micros(began), Duration::from_micros(took));
            let json = serde_json::to_string(&run).unwrap();
            prop_assert_eq!(serde_json::from_str::<RecordedRun>(&json).unwrap(), run, "{}", json);
        }
    }

    fn taking(began: Duration, duration: Duration) -> RecordedRun {
        let asked = Asked::Env { id: "a".to_owned(), name: "B".to_owned() };
        RecordedRun {
            began,
            exchanges: vec![Exchange { asked, answered: Answered::Nothing, duration }],
            ..RecordedRun::default()
        }
    }

    #[test]
    fn text_stays_readable() {
        assert_eq!(serde_json::to_string(&Content(b"{}".to_vec())).unwrap(), r#"{"text":"{}"}"#);
        assert_eq!(serde_json::to_string(&Content(vec![0xff])).unwrap(), r#"{"base64":"/w=="}"#);
    }

    #[test]
    fn durations_and_times_are_those_that_people_write() {
        for (micros, written) in [(0, "0"), (3_000, "3"), (1_372, "1.372"), (7, "0.007"), (1_000_001, "1000.001")] {
            let json = serde_json::to_string(&taking(Duration::ZERO, Duration::from_micros(micros))).unwrap();
            assert!(json.contains(&format!("\"duration_ms\":{written}}}")), "{json}");
        }
        let json = serde_json::to_string(&taking(Duration::from_millis(1_796_371_200_250), Duration::ZERO)).unwrap();
        assert!(json.contains("\"began\":\"2026-12-04T08:00:00.25Z\""), "{json}");
        // As it was written before there was a clock.
        let plain: RecordedRun = serde_json::from_str(r#"{"exchanges":[]}"#).unwrap();
        assert_eq!(plain, RecordedRun::default());
    }

    #[test]
    fn what_is_no_duration_or_time_is_refused() {
        let json = serde_json::to_string(&taking(Duration::ZERO, Duration::ZERO)).unwrap();
        for (from, to, words) in [
            ("\"duration_ms\":0", "\"duration_ms\":-1", "`duration_ms`"),
            ("\"duration_ms\":0", "\"duration_ms\":1e300", "`duration_ms`"),
            ("1970-01-01T00:00:00Z", "1969-01-01T00:00:00Z", "before 1970"),
            ("1970-01-01T00:00:00Z", "yesterday", "expected a time such as"),
        ] {
            let spoilt = json.replace(from, to);
            assert_ne!(spoilt, json);
            let error = serde_json::from_str::<RecordedRun>(&spoilt).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
