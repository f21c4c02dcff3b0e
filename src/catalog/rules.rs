//! What a template must keep beyond its shape, the embedded ones and the person's own alike.

use url::Url;

use super::{ProviderTemplate, parts};
use crate::protocol::Quirks;

/// A rule that is broken.
#[derive(Debug, PartialEq, Eq)]
pub struct Offence {
    /// The key of the template.
    pub key: &'static str,
    /// What is wrong with it.
    pub why: String,
}

/// The first rule that a template breaks. `stem` is its file's name without the ending.
pub fn offence(template: &ProviderTemplate, stem: &str) -> Option<Offence> {
    let mut broken = checks(template, stem).into_iter().flatten();
    broken.next().map(|(key, why)| Offence { key, why })
}

type Broken = Option<(&'static str, String)>;

fn checks(template: &ProviderTemplate, stem: &str) -> Vec<Broken> {
    let when = |is_broken: bool, key, why: String| is_broken.then_some((key, why));
    let mut all = vec![
        when(template.id != stem, "id", format!("`{}` is not the name of the file, `{stem}`", template.id)),
        when(!is_name(&template.id), "id", "use lower-case letters, digits and `-`".to_owned()),
        when(template.id == "custom", "id", "`custom` stands for any address".to_owned()),
        when(template.id == "codexgw", "id", "`codexgw` is the name of the gateway itself".to_owned()),
        when(template.name.trim().is_empty(), "name", "it is empty".to_owned()),
        when(
            ["openai", "azure"].contains(&template.name.to_lowercase().as_str()),
            "name",
            format!("Codex leaves compaction to a server named `{}`, and others have none", template.name),
        ),
        base_url(&template.base_url).map(|why| ("base_url", why)),
    ];
    all.extend(template.aliases.iter().map(|name| {
        when(!is_name(name) || name == "custom", "aliases", format!("`{name}`: use lower-case letters, digits and `-`"))
    }));
    for (key, path) in [("models_path", &template.models_path), ("key_check_path", &template.key_check_path)] {
        let is_path = |path: &String| path.starts_with('/') && !path.ends_with('/');
        all.push(when(!path.as_ref().is_none_or(is_path), key, "start it with `/`, and end it without".to_owned()));
    }
    for (place, endpoint) in template.endpoints.iter().enumerate() {
        let is_taken = template.endpoints[..place].iter().any(|other| other.id == endpoint.id);
        all.push(when(is_taken || !is_name(&endpoint.id), "endpoints", format!("`{}` cannot be an id", endpoint.id)));
        all.push(base_url(&endpoint.base_url).map(|why| ("endpoints", why)));
    }
    let (_, unknown) = Quirks::from_names(&template.quirks);
    all.extend(unknown.into_iter().map(|quirk| Some(("quirks", format!("there is no quirk `{quirk}`")))));
    let is_header = |name: &String| name.parse::<http::HeaderName>().is_ok();
    all.extend(template.headers.keys().map(|name| when(!is_header(name), "headers", format!("`{name}` is no header"))));
    all
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && !name.starts_with('-')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// What keeps it from being a base URL.
fn base_url(text: &str) -> Option<String> {
    let fill = |url: String, part: &&str| url.replace(&format!("{{{part}}}"), "x");
    let filled = parts(text).iter().fold(text.to_owned(), fill);
    let url = match Url::parse(&filled) {
        Ok(url) => url,
        Err(e) => return Some(format!("`{text}` is no base URL: {e}")),
    };
    let extra = url.query().is_some() || url.fragment().is_some() || !url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") {
        Some(format!("`{text}` begins with neither `https://` nor `http://`"))
    } else if extra || url.password().is_some() {
        Some("a base URL has no user name, no `?` and no `#`".to_owned())
    } else {
        text.ends_with('/').then(|| "write it without the slash at the end".to_owned())
    }
}
