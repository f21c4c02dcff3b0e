use crate::catalog::{self, KeyForm};
use crate::error::Result;
use crate::secret::Secret;
use crate::settings::Wire;

use super::super::context::Context;
use super::super::key::NoKeyOption;
use super::{Args, KeyHeader, StoreChoice, WireChoice};

/// A provider of which everything is known that `add` would ask for, so that another command can add it.
pub struct Given {
    /// Its id here, checked and free.
    pub id: String,
    /// Id of its template; none for `custom`.
    pub template: Option<String>,
    /// Base URL, when it is not the template's.
    pub base_url: Option<String>,
    /// What it likely speaks, for when it is not asked.
    pub wire: Option<Wire>,
    /// The header that the key goes in, where that is known and not usual.
    pub key_form: Option<KeyForm>,
    /// The models to set up, the first to start with.
    pub models: Vec<String>,
    /// Its key.
    pub key: GivenKey,
    /// Where to keep the key.
    pub store: StoreChoice,
    /// Whether to ask the provider what it speaks.
    pub probe: bool,
}

/// The key of a [`Given`] provider.
pub enum GivenKey {
    /// This one.
    Known(Secret),
    /// It is in this variable.
    Variable(String),
    /// There is none.
    Absent,
}

impl Given {
    /// Adds it as `add` does, without asking the person anything.
    pub fn add(self, context: &Context) -> Result<u8> {
        let template = self.template.as_deref().and_then(catalog::provider);
        let (key, key_from_env) = match self.key {
            GivenKey::Known(key) => (Some(key), None),
            GivenKey::Variable(name) => (None, Some(name)),
            GivenKey::Absent => (None, None),
        };
        let wire = match self.wire.filter(|_| !self.probe) {
            Some(Wire::Responses) => WireChoice::Responses,
            Some(Wire::Chat) => WireChoice::Chat,
            Some(Wire::Messages) => WireChoice::Messages,
            Some(Wire::Gemini) => WireChoice::Gemini,
            None => WireChoice::Auto,
        };
        let args = Args {
            provider: self.template.unwrap_or_else(|| "custom".to_owned()),
            base_url: self.base_url,
            endpoint: None,
            // A template's own id brings its own name of the profile along.
            id: Some(self.id).filter(|id| template.is_none_or(|template| template.default_id() != id)),
            model: self.models,
            profile: None,
            default: false,
            key_stdin: false,
            key_from_env,
            key_command: None,
            env_key: None,
            store: self.store,
            via: None,
            wire,
            key_header: self.key_form.map(KeyHeader::from),
            query: Vec::new(),
            headers: Vec::new(),
            secret_headers: Vec::new(),
            no_probe: !self.probe,
            dry_run: false,
            force: false,
            json: false,
            given: true,
            kept_headers: Vec::new(),
            never: NoKeyOption::default(),
        };
        args.carry_out(context, key)
    }
}
