//! `X-Request-Id`: echoed when sane, else fresh, and in every log line of the request.
use super::headers;
use actix_web::HttpRequest;

/// The header's name.
pub const HEADER: &str = "x-request-id";

/// Longest id of a caller that is echoed.
const MAX_BYTES: usize = 128;

/// The caller's id, or a fresh one.
#[must_use]
pub fn of(request: &HttpRequest) -> String {
    let headers = headers::of(request);
    let given = headers.get(HEADER).and_then(|value| value.to_str().ok()).filter(|id| is_sane(id));
    given.map_or_else(|| uuid::Uuid::new_v4().simple().to_string(), ToOwned::to_owned)
}

/// Whether an id may stand in a header and a log line: no character that either gives a meaning.
fn is_sane(id: &str) -> bool {
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=MAX_BYTES).contains(&id.len()) && id.bytes().all(sane)
}

#[cfg(test)]
mod tests {
    use super::is_sane;

    #[test]
    fn only_plain_short_ids_are_sane() {
        assert!(is_sane("5f0c-11ee_a.b"));
        for id in ["", "a b", "a@example.com", "ä", "a\"b", &"a".repeat(129)] {
            assert!(!is_sane(id));
        }
    }
}
