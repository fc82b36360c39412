//! Reads a platform's JSON leniently: what is absent or of another type is nothing, and never an error.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::Value;

use super::{Cursor, Page, PlatformError, PlatformResult, page::Position};

/// Beyond this a JSON number written as a float is no longer exact.
const LARGEST_EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

/// One JSON object, looked at field by field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a>(pub &'a Value);

impl<'a> Row<'a> {
    /// A text that is there and not empty.
    pub fn str(self, field: &str) -> Option<&'a str> {
        self.0.get(field)?.as_str().filter(|text| !text.is_empty())
    }

    pub fn text(self, field: &str) -> Option<String> {
        self.str(field).map(str::to_owned)
    }

    /// A whole number that fits; `12.0` is one, `12.5` and `1e300` are not.
    pub fn int(self, field: &str) -> Option<i64> {
        let number = self.0.get(field)?;
        number.as_i64().or_else(|| {
            let float = number.as_f64()?;
            (float.fract() == 0.0 && float.abs() <= LARGEST_EXACT_FLOAT).then_some(float as i64)
        })
    }

    pub fn flag(self, field: &str) -> Option<bool> {
        self.0.get(field)?.as_bool()
    }

    /// A moment: ISO 8601 with an offset, or without one in UTC.
    pub fn time(self, field: &str) -> Option<DateTime<Utc>> {
        let text = self.str(field)?;
        let with_offset = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
        with_offset.or_else(|_| text.parse::<NaiveDateTime>().map(|time| time.and_utc())).ok()
    }

    /// A day: a date, or the date (in UTC) of a moment.
    pub fn day(self, field: &str) -> Option<NaiveDate> {
        let plain = self.str(field).and_then(|text| text.parse().ok());
        plain.or_else(|| self.time(field).map(|time| time.date_naive()))
    }

    pub fn object(self, field: &str) -> Option<Row<'a>> {
        self.0.get(field).filter(|value| value.is_object()).map(Row)
    }

    /// The texts of a list; others are left out.
    pub fn texts(self, field: &str) -> Vec<String> {
        let list = self.0.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

/// Parses a whole answer.
pub(super) fn parse(body: &[u8]) -> PlatformResult<Value> {
    serde_json::from_slice(body).map_err(|_| PlatformError::Malformed { what: "not JSON, or cut off" })
}

/// Reads one page in either style of pagination, or a bare array. A row that `read` refuses is counted, not fatal.
pub(super) fn page<T>(
    answer: &Value,
    asked: Option<&Cursor>,
    read: impl Fn(Row<'_>) -> Option<T>,
) -> PlatformResult<Page<T>> {
    let rows = answer.as_array().or_else(|| answer.get("data")?.as_array());
    let rows = rows.ok_or(PlatformError::Malformed { what: "a list without rows" })?;
    let items: Vec<T> = rows.iter().filter_map(|row| read(Row(row))).collect();
    let skipped = rows.len() - items.len();
    Ok(Page { items, next: next(answer, asked, rows.is_empty())?, skipped })
}

fn next(answer: &Value, asked: Option<&Cursor>, is_empty: bool) -> PlatformResult<Option<Cursor>> {
    let here = asked.map(Cursor::position);
    if let Some(token) = Row(answer).str("nextCursor") {
        // A platform that names the page it just gave would keep a sync busy for ever.
        return match here {
            Some(Position::Token(same)) if same == token => {
                Err(PlatformError::Malformed { what: "a list whose next page is itself" })
            }
            _ => Ok(Some(Cursor::token(token))),
        };
    }
    let has_more = Row(answer).object("pagination").and_then(|pagination| pagination.flag("hasMore"));
    let number = match here {
        Some(Position::Number(number)) => number,
        _ => 1,
    };
    // An empty numbered page lies past the end, whatever it says about itself.
    Ok((has_more == Some(true) && !is_empty).then(|| Cursor::number(number + 1)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use serde_json::json;

    fn ids(answer: Value, asked: Option<&Cursor>) -> PlatformResult<Page<i64>> {
        page(&answer, asked, |row| row.int("id"))
    }

    #[test]
    fn numbered_pages_go_on_until_there_is_no_more() {
        let first =
            ids(json!({"data": [{"id": 1}], "pagination": {"page": 1, "size": 1, "hasMore": true}}), None)
                .unwrap();
        let second = first.next.unwrap();
        assert_eq!(second.as_str(), "page:2");
        let last = json!({"data": [{"id": 2}], "pagination": {"hasMore": false}});
        assert_eq!(ids(last, Some(&second)).unwrap().next, None);
        let beyond = json!({"data": [], "pagination": {"hasMore": true}});
        assert_eq!(ids(beyond, Some(&second)).unwrap().next, None);
    }

    #[test]
    fn tokens_go_on_even_past_an_empty_page_but_never_in_a_circle() {
        let first = ids(json!({"data": [], "nextCursor": "abc"}), None).unwrap();
        let next = Cursor::from_stored(first.next.unwrap().as_str());
        assert_eq!(next.position(), Position::Token("abc"));
        assert!(ids(json!({"data": [], "nextCursor": "abc"}), Some(&next)).is_err());
        assert_eq!(ids(json!({"data": [{"id": 3}], "nextCursor": null}), Some(&next)).unwrap().next, None);
    }

    #[test]
    fn an_unreadable_row_is_counted_and_the_others_are_kept() {
        let page = ids(json!([{"id": 1}, {"id": "two"}, null, {"id": 18_446_744_073_709_551_615_u64}]), None)
            .unwrap();
        assert_eq!((page.items, page.skipped, page.next), (vec![1], 3, None));
    }

    #[test]
    fn a_list_without_rows_is_malformed_and_so_is_a_cut_off_answer() {
        for body in ["{}", "{\"data\": 5}", "\"text\"", "{\"data\": [{\"id\": 1}"] {
            let result = parse(body.as_bytes()).and_then(|answer| ids(answer, None));
            assert!(matches!(result, Err(PlatformError::Malformed { .. })), "{body}");
        }
    }

    #[test]
    fn numbers_and_times_are_read_in_every_spelling_that_is_exact() {
        let row = json!({
            "a": 12, "b": 12.0, "c": 12.5, "d": 1e300, "e": "12", "f": -7,
            "z": "2026-01-05T23:00:00.000Z", "o": "2026-01-06T00:00:00+01:00", "n": "2026-01-05T23:00:00",
            "d1": "2026-01-05", "bad": "yesterday",
        });
        let row = Row(&row);
        let ints: Vec<_> = ["a", "b", "c", "d", "e", "f", "g"].map(|field| row.int(field)).into();
        assert_eq!(ints, [Some(12), Some(12), None, None, None, Some(-7), None]);
        assert_eq!(row.time("z"), row.time("o"));
        assert_eq!(row.time("z"), row.time("n"));
        assert_eq!(row.day("z"), row.day("d1"));
        assert_eq!((row.time("bad"), row.day("bad")), (None, None));
    }
}
