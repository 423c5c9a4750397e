//! Names of client certificates: DNS names and URIs as they stand in the subject alternative names (RFC 5280,
//! section 4.2.1.6). The common name is never looked at.

/// A name of which a client's certificate must have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientName {
    /// This DNS name; case does not count.
    Dns(String),
    /// `*.parent`: one label more than this.
    DnsBelow(String),
    /// This URI, letter by letter.
    Uri(String),
}

/// One name of a certificate.
#[derive(Debug, Clone, Copy)]
pub enum HeldName<'a> {
    /// A DNS name.
    Dns(&'a str),
    /// A URI.
    Uri(&'a str),
}

impl ClientName {
    /// A DNS name, one with `*.` before it, or a URI.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.contains(':') {
            let names_somebody =
                |url: url::Url| url.host_str().is_some_and(|host| !host.is_empty()) || !url.path().is_empty();
            let whole =
                text.bytes().all(|byte| byte.is_ascii_graphic()) && url::Url::parse(text).is_ok_and(names_somebody);
            return whole.then(|| Self::Uri(text.to_owned()));
        }
        match text.strip_prefix("*.") {
            Some(parent) => is_dns(parent).then(|| Self::DnsBelow(parent.to_owned())),
            None => is_dns(text).then(|| Self::Dns(text.to_owned())),
        }
    }

    /// Whether a certificate's name is this one.
    ///
    /// A wildcard in a certificate is nobody's name: it would speak for every client at once.
    #[must_use]
    pub fn is(&self, held: HeldName<'_>) -> bool {
        match (self, held) {
            (Self::Uri(wanted), HeldName::Uri(held)) => wanted == held,
            (Self::Dns(wanted), HeldName::Dns(held)) => wanted.eq_ignore_ascii_case(held),
            (Self::DnsBelow(parent), HeldName::Dns(held)) => {
                held.split_once('.').is_some_and(|(label, rest)| is_label(label) && rest.eq_ignore_ascii_case(parent))
            }
            _ => false,
        }
    }
}

fn is_dns(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=63).contains(&label.len()) && label.bytes().all(sane)
}

#[cfg(test)]
mod tests {
    use super::{ClientName, HeldName};

    #[test]
    fn a_star_is_one_label_and_a_uri_is_exact() {
        let rows = [
            ("auth0.acme.example", HeldName::Dns("AUTH0.acme.example"), true),
            ("auth0.acme.example", HeldName::Dns("auth0.acme.example.evil.example"), false),
            ("auth0.acme.example", HeldName::Uri("auth0.acme.example"), false),
            ("*.acme.example", HeldName::Dns("a.acme.example"), true),
            ("*.acme.example", HeldName::Dns("a.b.acme.example"), false),
            ("*.acme.example", HeldName::Dns("acme.example"), false),
            ("*.acme.example", HeldName::Dns("*.acme.example"), false),
            ("*.acme.example", HeldName::Dns(".acme.example"), false),
            ("spiffe://acme.example/auth0", HeldName::Uri("spiffe://acme.example/auth0"), true),
            ("spiffe://acme.example/auth0", HeldName::Uri("spiffe://acme.example/Auth0"), false),
            ("spiffe://acme.example/auth0", HeldName::Uri("spiffe://acme.example/auth0/x"), false),
        ];
        for (wanted, held, expected) in rows {
            let wanted = ClientName::parse(wanted).expect("a name");
            assert_eq!(wanted.is(held), expected, "{wanted:?} {held:?}");
        }
        for text in ["", "*", "*.", "a..b", "*.*.b", "a b", "spiffe://", "a.*"] {
            assert_eq!(ClientName::parse(text), None, "{text}");
        }
    }
}
