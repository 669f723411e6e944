//! The `Retry-After` header (RFC 9110, 10.2.3): seconds, or a date in one of HTTP's three formats.

use std::time::Duration;

use aviso_core::clock::Timestamp;
use chrono::NaiveDateTime;

/// No receiver can put a delivery off for longer.
const WAIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// RFC 9110, 5.6.7: the preferred format and the two obsolete ones that a recipient must read.
const FORMATS: [&str; 3] = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// How long to wait from `now`, at most a day; `None` when the value cannot be read.
pub(crate) fn parse(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a u64 holds mean "very long".
        let secs = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(secs).min(WAIT_MAX));
    }
    let date = FORMATS.iter().find_map(|format| NaiveDateTime::parse_from_str(value, format).ok())?;
    let then = Timestamp::from_micros(date.and_utc().timestamp_micros());
    Some(then.since(now).min(WAIT_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 1994-11-06 08:49:07 UTC: half a minute before the examples of RFC 9110.
    fn now() -> Timestamp {
        Timestamp::from_micros(784_111_747_000_000)
    }

    #[test]
    fn seconds_and_all_three_kinds_of_dates_are_read() {
        let half_a_minute = Some(Duration::from_secs(30));
        for value in [
            "30",
            " 30 ",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse(value, now()), half_a_minute, "{value}");
        }
    }

    #[test]
    fn a_date_that_is_past_means_now_and_none_is_more_than_a_day() {
        assert_eq!(parse("Sun, 06 Nov 1994 08:49:00 GMT", now()), Some(Duration::ZERO));
        assert_eq!(parse("0", now()), Some(Duration::ZERO));
        for value in ["86401", "99999999999999999999999999", "Mon, 06 Nov 2034 08:49:37 GMT"] {
            assert_eq!(parse(value, now()), Some(WAIT_MAX), "{value}");
        }
    }

    #[test]
    fn anything_else_is_as_if_it_were_not_there() {
        for value in ["", "-1", "1.5", "soon", "1 2", "٣", "Sun, 06 Nov 1994", "Mon, 06 Nov 1994 08:49:37 GMT"] {
            assert_eq!(parse(value, now()), None, "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn no_value_panics(value in "\\PC{0,40}", micros in any::<i64>()) {
            let _ = parse(&value, Timestamp::from_micros(micros));
        }
    }
}
