//! A provider that points elsewhere. It is never followed: a key must not travel on.

use url::Url;

use super::failure::shown;
use super::upstream::Call;
use crate::protocol::{Failure, Wire};
use crate::secret::redact::redacted_url;

/// The failure, which says where it points and what to set when that is right.
pub(super) fn failure(call: &Call, status: u16, location: &str) -> Failure {
    let Ok(to) = call.url.join(location) else {
        let message = format!("{} answered {status} and points elsewhere, to what is no URL", call.name);
        return Failure { status, ..shown(message) };
    };
    let base = base_url(&to, call.wire).unwrap_or_else(|| "URL".to_owned());
    let message = format!("{} answered {status} and points to `{}`", call.name, without_query(&to));
    let hint = format!("if you trust that address: `codexgw add {} --force --base-url {base}`", call.id);
    Failure { status, ..shown(message) }.with_hint(&hint)
}

/// What can be shown of it: a query may hold a secret, and tells nothing here.
fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    redacted_url(&url)
}

/// The base URL under which the wire's own path would be that address.
fn base_url(to: &Url, wire: Wire) -> Option<String> {
    let path = match wire {
        Wire::Responses => "/responses",
        Wire::Chat => "/chat/completions",
        Wire::Messages => "/messages",
        Wire::Gemini => "/models/",
    };
    let shown = without_query(to);
    let end = shown.rfind(path)?;
    (wire == Wire::Gemini || matches!(&shown[end + path.len()..], "" | "/" | "/compact"))
        .then(|| shown[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_url_is_what_stands_before_the_path() {
        for (wire, to, base) in [
            (Wire::Chat, "https://b.example/api/v1/chat/completions?key=1#x", Some("https://b.example/api/v1")),
            (Wire::Chat, "https://b.example/v1/chat/completions/", Some("https://b.example/v1")),
            (Wire::Chat, "https://b.example/login", None),
            (Wire::Messages, "https://b.example/v1/messages", Some("https://b.example/v1")),
            (Wire::Responses, "https://b.example/v1/responses/compact", Some("https://b.example/v1")),
            (Wire::Responses, "https://b.example/v1/responses/other", None),
            (Wire::Gemini, "https://b.example/v1beta/models/m:generateContent", Some("https://b.example/v1beta")),
        ] {
            assert_eq!(base_url(&Url::parse(to).unwrap(), wire).as_deref(), base, "{to}");
        }
    }
}
