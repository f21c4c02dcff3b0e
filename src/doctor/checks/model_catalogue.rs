//! A model catalogue at the top of `config.toml` (codex-facts 5.1, G27).

use crate::codex::Verdict;
use crate::config::Change;
use crate::doctor::{Check, Finding, Fix, World};
use crate::setup::GATEWAY_ID;

pub const CHECK: Check =
    Check { id: "catalogue", about: "a model catalogue that hides the gateway's models", is_online: false, look };

const KEY: &str = "model_catalog_json";

/// What Codex says of a catalogue that is none.
const ABOUT_IT: [&str; 2] = [KEY, "must contain at least one model"];

fn look(world: &World) -> Vec<Finding> {
    let Some(config) = world.config() else { return Vec::new() };
    let Some(path) = config.get_str(&[KEY]) else { return Vec::new() };
    let seen = format!("{} names `{path}`", World::place(config, &[KEY]));
    let fix = || Fix::Edit {
        file: config.path().to_path_buf(),
        changes: vec![Change::remove(&[KEY])],
        label: "take the model catalogue out",
    };
    if !config.path().with_file_name(path).is_file() {
        let what = "the model catalogue in `config.toml` is not there, so Codex does not start";
        return vec![Finding::broken("catalogue-missing", what).saw(seen).mended_by(fix())];
    }
    if let Some(Verdict::Refuses { words }) = world.verdict()
        && ABOUT_IT.iter().any(|about| words.contains(about))
    {
        let what = "the model catalogue in `config.toml` is none, so Codex does not start";
        let finding =
            words.lines().take(3).fold(Finding::broken("catalogue-refused", what).saw(seen), |finding, line| {
                finding.saw(format!("Codex says: {line}"))
            });
        return vec![finding.mended_by(fix())];
    }
    if config.get(&["model_providers", GATEWAY_ID]).is_none() {
        return Vec::new();
    }
    let what = "the model catalogue in `config.toml` hides the gateway's models from Codex";
    vec![
        Finding::warning("catalogue-hides-gateway", what)
            .saw(seen)
            .saw("profiles of codexgw carry a catalogue of their own; the default provider does not")
            .mended_by(fix()),
    ]
}
