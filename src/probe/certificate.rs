//! Looks at a certificate that was not accepted, without asking its owner for anything and without a key.

use std::time::{Duration, SystemTime};

use http::header::DATE;

use super::foreign::quote;

/// Time for one look.
const WITHIN: Duration = Duration::from_secs(3);

/// What the server shows of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Who issued its certificate.
    pub issuer: Option<String>,
    /// Whether it issued that itself.
    pub is_self_signed: bool,
    /// What time it is there.
    pub time: Option<SystemTime>,
}

/// Looks at the certificate of whoever answers at this URL. Nothing but its root is asked for.
pub async fn look_at(url: &str) -> Option<Shown> {
    let mut root = url::Url::parse(url).ok()?;
    root.set_path("/");
    root.set_query(None);
    let builder = reqwest::Client::builder().tls_info(true).tls_danger_accept_invalid_certs(true);
    let builder = builder.redirect(reqwest::redirect::Policy::none()).timeout(WITHIN);
    let builder = if super::is_loopback(url) { builder.no_proxy() } else { builder };
    let answer = builder.build().ok()?.get(root).send().await.ok()?;
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let time = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|date| date.timestamp().into());
    let tls = answer.extensions().get::<reqwest::tls::TlsInfo>();
    let (issuer, is_self_signed) = tls.and_then(|tls| names(tls.peer_certificate()?)).unwrap_or_default();
    Some(Shown { issuer, is_self_signed, time })
}

/// The issuer's name, and whether it is the owner's as well (RFC 5280, 4.1).
fn names(certificate: &[u8]) -> Option<(Option<String>, bool)> {
    let (_, signed, _) = element(certificate)?;
    let (_, mut rest, _) = element(signed)?;
    let mut fields = Vec::new();
    while let Some((tag, content, next)) = element(rest) {
        fields.push((tag, content));
        rest = next;
    }
    // The version comes first, with a tag of its own, and may be left out.
    let skipped = usize::from(fields.first()?.0 == 0xa0);
    let (issuer, owner) = (fields.get(skipped + 2)?.1, fields.get(skipped + 4)?.1);
    // The common name, else the organization.
    let name = attribute(issuer, 3).or_else(|| attribute(issuer, 10)).map(|name| quote(&name));
    Some((name, issuer == owner))
}

/// The text of an attribute 2.5.4.x of a name.
fn attribute(name: &[u8], wanted: u8) -> Option<String> {
    let mut rest = name;
    while let Some((_, set, next)) = element(rest) {
        rest = next;
        let (_, pair, _) = element(set)?;
        let (_, kind, value) = element(pair)?;
        if kind == [0x55, 0x04, wanted] {
            return Some(String::from_utf8_lossy(element(value)?.1).into_owned());
        }
    }
    None
}

/// The first element of DER: its tag, its content, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) =
            rest.split_at_checked(usize::from(first & 0x7f)).filter(|(digits, _)| digits.len() <= 4)?;
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_tells_its_issuer() {
        let own = include_bytes!("../self_signed/certificate.der");
        let (issuer, is_self_signed) = names(own).expect("a certificate");
        assert!(is_self_signed && issuer.is_some_and(|name| !name.is_empty()));
        for end in [0, 1, 5, 40, 100] {
            // Cut off anywhere, it is no certificate, and no harm is done.
            assert!(names(&own[..end]).is_none());
        }
    }
}
