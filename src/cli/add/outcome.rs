use crate::config::Report;
use crate::launch::loopback_behind_proxy;
use crate::settings::Road;
use crate::setup::{Setup, TokenCommand};
use crate::ui;

use super::super::context::say_changed;
use super::super::default::warn_of_proxy;
use super::super::list::label;
use super::{Args, Identity, Upstream};

/// What `add` did, for the person or the script.
pub struct Outcome<'a> {
    pub args: &'a Args,
    pub identity: &'a Identity,
    pub upstream: &'a Upstream,
    pub setup: &'a Setup,
    pub report: &'a Report,
}

impl Outcome<'_> {
    pub fn tell(&self, command: &TokenCommand) {
        if self.args.json {
            self.json();
        } else {
            self.words();
        }
        if let Some(place) = command.fragile() {
            ui::warn(
                format!("Codex will call `{}`, which lies in {place}", command.program().display()),
                Some(
                    "install codexgw where it stays (`cargo install --path .`), then add the provider again with `--force`",
                ),
            );
        }
        if self.through_gateway()
            && let Some(variable) = loopback_behind_proxy(|name| std::env::var(name).ok())
        {
            warn_of_proxy(variable);
        }
    }

    /// Where it ended up: `--default` moves a direct provider to the gateway.
    fn road(&self) -> Road {
        self.setup.settings.providers.get(&self.identity.id).map_or(self.upstream.road, |provider| provider.road)
    }

    fn through_gateway(&self) -> bool {
        self.road() == Road::Gateway
    }

    fn json(&self) {
        let changed: Vec<String> = self.report.files.iter().map(|file| file.path.display().to_string()).collect();
        ui::json(&serde_json::json!({
            "id": self.identity.id,
            "profile": self.identity.profile,
            "base_url": self.upstream.base_url,
            "wire": self.upstream.wire,
            "road": self.road(),
            "why": self.upstream.why,
            "model": self.upstream.model,
            "models": self.upstream.models.keys().collect::<Vec<_>>(),
            "default": self.setup.settings.default.as_ref().is_some_and(|choice| choice.provider == self.identity.id),
            "changed": changed,
        }));
    }

    fn words(&self) {
        let Self { identity, upstream, .. } = self;
        ui::note(format!("added `{}` with `{}`", identity.id, upstream.model));
        let road = match self.road() {
            Road::Direct => "direct, Codex talks to it itself",
            Road::Gateway => "through the gateway, which starts by itself",
        };
        ui::note(format!("  wire  {}: {}", label(&upstream.wire), upstream.why));
        ui::note(format!("  road  {road}"));
        if let Some(note) = identity.template.and_then(|template| template.note.as_deref()) {
            ui::note(format!("  note  {note}"));
        }
        say_changed(self.report);
        let profile = &identity.profile;
        ui::note(format!("start Codex on it: codexgw run --profile {profile}, or codex -p {profile}"));
    }
}
