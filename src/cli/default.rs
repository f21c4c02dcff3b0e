use clap::Args as ClapArgs;

use crate::error::Result;
use crate::setup::{RoadMove, nothing_to_put_back};
use crate::{codex, ui};

use super::context::{Context, commit_or_show, say_changed};

/// Make a provider or profile Codex's default, also for the IDE extension and the desktop app
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  codexgw use openrouter\n  codexgw use openrouter/deepseek/deepseek-chat\n  \
                        codexgw off    # back to what was there before")]
pub struct UseArgs {
    /// A provider, a provider and one of its models, or a profile
    #[arg(value_name = "PROVIDER[/MODEL] | PROFILE")]
    target: String,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl UseArgs {
    pub fn run(self, context: &Context) -> Result<u8> {
        let command = context.token_command()?;
        let mut setup = context.setup()?;
        let target = setup.use_target(&self.target)?;
        let moved = setup.set_default(&target, &command)?;
        let Some(report) = commit_or_show(&setup, &format!("use {}", self.target), self.dry_run)? else {
            return Ok(0);
        };
        let codex = codex::Codex::find(&context.home).ok();
        setup.refresh_catalogues(codex.as_ref())?;
        say_changed(&report);
        if let Some(moved) = moved {
            ui::note(format!("`{}` goes through the gateway now, as Codex's default has to", target.provider));
            say_left_sessions(&target.provider, &moved);
        }
        ui::note(format!("Codex now starts on `{}/{}`", target.provider, target.model));
        if setup.config_has(&["model_catalog_json"]) {
            ui::warn(
                "your `config.toml` names a model catalogue of its own, so Codex does not know this model's abilities",
                Some("take the line `model_catalog_json` out, or start Codex with `codexgw run`"),
            );
        }
        if let Some(variable) = crate::launch::loopback_behind_proxy(|name| std::env::var(name).ok()) {
            warn_of_proxy(variable);
        }
        ui::note("back again with: codexgw off");
        Ok(0)
    }
}

/// Says which sessions a provider has left behind on its way to the gateway.
pub fn say_left_sessions(id: &str, moved: &RoadMove) {
    if moved.sessions > 0 {
        ui::note(format!(
            "  {} from before stay filed under `{id}`: `codex -c model_provider={id} resume`",
            ui::plural(moved.sessions, "session")
        ));
    }
}

/// Warns that Codex would send requests to the gateway through a proxy.
pub fn warn_of_proxy(variable: &str) {
    ui::warn(
        format!("`{variable}` is set, and Codex would look for the gateway behind that proxy"),
        Some(&format!(
            "exempt this machine in your shell: `{}` (`codexgw run` does it itself)",
            crate::launch::exemption(|name| std::env::var(name).ok())
        )),
    );
}

/// Put Codex back on what was its default before `use`
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  codexgw off")]
pub struct OffArgs {
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl OffArgs {
    pub fn run(self, context: &Context) -> Result<u8> {
        let mut setup = context.setup()?;
        let default = setup.settings.default.as_ref();
        let had_other = default.is_none_or(|choice| choice.previous != crate::settings::Previous::default());
        if !setup.clear_default() {
            return Err(nothing_to_put_back());
        }
        let Some(report) = commit_or_show(&setup, "off", self.dry_run)? else { return Ok(0) };
        say_changed(&report);
        let now = if had_other { "what it was before" } else { "its own again" };
        ui::note(format!("Codex's default is {now}; your providers and profiles are still there"));
        Ok(0)
    }
}
