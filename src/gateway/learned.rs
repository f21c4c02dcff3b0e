//! What refusals have taught of providers: a small file in the state folder, written by the gateway alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::secret::private_file;
use crate::settings::{Home, Provider, Wire};

/// What refusals have taught: by provider and model, the names of quirks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Learned {
    providers: BTreeMap<String, Lessons>,
}

/// What is known of one provider. It holds for this address and wire alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Lessons {
    base_url: String,
    wire: Wire,
    models: BTreeMap<String, BTreeSet<String>>,
}

impl Lessons {
    fn holds_for(&self, provider: &Provider) -> bool {
        self.base_url == provider.base_url && self.wire == provider.wire
    }
}

impl Learned {
    /// Where it is kept.
    #[must_use]
    pub fn file(home: &Home) -> PathBuf {
        home.state_dir().join("learned.toml")
    }

    /// Reads it. A file that is not there or is broken holds nothing: all of it can be learnt again.
    #[must_use]
    pub fn read(home: &Home) -> Self {
        let text = fs_err::read_to_string(Self::file(home)).unwrap_or_default();
        toml_edit::de::from_str(&text).unwrap_or_default()
    }

    /// The quirks of one model.
    pub fn of_model<'a>(
        &'a self,
        id: &str,
        provider: &Provider,
        model: &str,
    ) -> impl Iterator<Item = &'a str> + use<'a> {
        let lessons = self.providers.get(id).filter(|lessons| lessons.holds_for(provider));
        lessons.and_then(|lessons| lessons.models.get(model)).into_iter().flatten().map(String::as_str)
    }

    /// Everything that holds for a provider: models with their quirks.
    pub fn of_provider<'a>(
        &'a self,
        id: &str,
        provider: &Provider,
    ) -> impl Iterator<Item = (&'a str, Vec<&'a str>)> + use<'a> {
        let lessons = self.providers.get(id).filter(|lessons| lessons.holds_for(provider));
        let models = lessons.into_iter().flat_map(|lessons| &lessons.models);
        models.map(|(model, quirks)| (model.as_str(), quirks.iter().map(String::as_str).collect()))
    }

    /// Adds a quirk; what was learnt at another address goes.
    pub(super) fn add(&mut self, id: &str, provider: &Provider, model: &str, quirk: &str) {
        let new = || Lessons { base_url: provider.base_url.clone(), wire: provider.wire, models: BTreeMap::new() };
        let lessons = self.providers.entry(id.to_owned()).or_insert_with(new);
        if !lessons.holds_for(provider) {
            *lessons = new();
        }
        lessons.models.entry(model.to_owned()).or_default().insert(quirk.to_owned());
    }

    /// Forgets a provider; tells whether anything was known.
    pub fn forget(&mut self, id: &str) -> bool {
        self.providers.remove(id).is_some()
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, home: &Home) -> Result<()> {
        let file = Self::file(home);
        let failed = |e: &dyn std::fmt::Display| Error::fixable(format!("cannot write `{}`", file.display())).cause(e);
        let text = toml_edit::ser::to_string_pretty(self).map_err(|e| failed(&e))?;
        private_file::write(&file, text.as_bytes()).map_err(|e| failed(&e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn provider(base_url: &str) -> Provider {
        let text = format!(
            "[providers.a]\nname = \"A\"\nbase_url = \"{base_url}\"\nroad = \"gateway\"\nwire = \"chat\"\n\
             key = \"none\"\nmodel = \"m\"\n"
        );
        Settings::parse(&text).unwrap().providers.remove("a").unwrap()
    }

    #[test]
    fn what_was_learnt_is_read_again_and_holds_for_its_address_and_model() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::resolve(Some(dir.path())).unwrap();
        let (here, elsewhere) = (provider("http://a/v1"), provider("http://b/v1"));
        let mut learned = Learned::read(&home);
        learned.add("a", &here, "v/m.1", "drop:store");
        learned.add("a", &here, "v/m.1", "drop:store");
        learned.add("a", &here, "v/m.1", "sampling_locked");
        learned.write(&home).unwrap();
        let read = Learned::read(&home);
        assert_eq!(read, learned);
        assert_eq!(read.of_model("a", &here, "v/m.1").collect::<Vec<_>>(), ["drop:store", "sampling_locked"]);
        assert_eq!(
            read.of_provider("a", &here).collect::<Vec<_>>(),
            [("v/m.1", vec!["drop:store", "sampling_locked"])]
        );
        assert_eq!(read.of_model("a", &here, "other").count(), 0);
        assert_eq!(read.of_model("a", &elsewhere, "v/m.1").count(), 0);
        learned.add("a", &elsewhere, "m", "sampling_locked");
        assert_eq!(learned.of_model("a", &here, "v/m.1").count(), 0);
        assert!(learned.forget("a") && !learned.forget("a"));
    }

    #[test]
    fn a_broken_file_holds_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::resolve(Some(dir.path())).unwrap();
        private_file::write(&Learned::file(&home), b"[a").unwrap();
        assert_eq!(Learned::read(&home), Learned::default());
    }
}
