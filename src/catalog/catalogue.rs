//! All provider templates: the embedded ones and the person's own.

use std::path::Path;

use url::Url;

use super::embedded;
use super::own::{self, BrokenTemplate};
use super::template::{Origin, ProviderTemplate};

/// How alike two names must be (Jaro-Winkler, 0 to 1), so that `opnrouter` finds its like and `acme` does not.
const ALIKE: f64 = 0.8;

/// The provider templates of one process.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Those that can be used, sorted by id.
    pub templates: Vec<ProviderTemplate>,
    /// The person's own that cannot.
    pub broken: Vec<BrokenTemplate>,
}

impl Catalogue {
    /// The embedded templates and those of the folder. One of the person's takes the place of the embedded one of the
    /// same id.
    pub fn load(folder: Option<&Path>) -> Self {
        let (own, broken) = folder.map(own::read).unwrap_or_default();
        let mut templates = embedded::providers();
        for mut template in own {
            match templates.iter().position(|embedded| embedded.id == template.id) {
                Some(place) => {
                    if let Origin::Own { replaces, .. } = &mut template.origin {
                        *replaces = true;
                    }
                    templates[place] = template;
                }
                None => templates.push(template),
            }
        }
        templates.sort_by(|a, b| a.id.cmp(&b.id));
        Self { templates, broken }
    }

    /// The template of that id, else of that alias: the person's own first, since it may borrow a name.
    pub fn provider(&self, id_or_alias: &str) -> Option<&ProviderTemplate> {
        let of_id = self.templates.iter().find(|template| template.id.eq_ignore_ascii_case(id_or_alias));
        let has = |template: &&ProviderTemplate| template.names().any(|name| name.eq_ignore_ascii_case(id_or_alias));
        let of_alias = || self.templates.iter().filter(has).min_by_key(|template| template.origin == Origin::Embedded);
        of_id.or_else(of_alias)
    }

    /// The template whose provider answers at the host of that URL. On this machine the port has to be the same as well, and
    /// one that several servers use says nothing.
    pub fn of_host(&self, base_url: &str) -> Option<&ProviderTemplate> {
        let wanted = server(base_url)?;
        let has = |template: &&ProviderTemplate| template.base_urls().any(|url| server(url).as_ref() == Some(&wanted));
        let mut fitting = self.templates.iter().filter(has);
        fitting.next().filter(|_| fitting.next().is_none())
    }

    /// The id or alias that a mistyped name most likely stands for.
    pub fn nearest(&self, id: &str) -> Option<&str> {
        nearest(&id.to_ascii_lowercase(), self.templates.iter().flat_map(ProviderTemplate::names))
    }
}

/// The known name that is most like this one.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|other| (strsim::jaro_winkler(name, other), other))
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other)
}

/// Host and port of a URL, this machine under one name.
pub fn server(url: &str) -> Option<(String, u16)> {
    let url = Url::parse(url).ok()?;
    let host = match url.host_str()? {
        "127.0.0.1" | "[::1]" | "0.0.0.0" => "localhost",
        host => host,
    };
    Some((host.to_owned(), url.port_or_known_default()?))
}
