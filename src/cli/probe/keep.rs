//! Keeps what a survey found as a provider's settings.

use crate::codex::Codex;
use crate::error::{Error, Result};
use crate::gateway::Learned;
use crate::probe::{Subject, Survey};
use crate::settings::{KeyStore, Provider, Road};
use crate::ui;

use super::super::context::{Context, commit_or_show, say_changed};
use super::super::default::say_left_sessions;
use super::super::list::label;

/// The problems that are mended by it.
pub const MENDED: [&str; 4] = ["base-url", "wire", "road", "key-header"];

/// Writes the settings and what of Codex's files hangs on them.
/// Where standard output is taken, a dry run shows nothing there.
pub fn settings(context: &Context, subject: &Subject, survey: &Survey, dry_run: bool, quiet: bool) -> Result<()> {
    let Some((id, _)) = &subject.configured else { return Ok(()) };
    let mut setup = context.setup()?;
    let before = setup.provider_mut(id)?.clone();
    let Some(after) = survey.kept_in(&before) else { return Ok(()) };
    let mut learned = Learned::read(&context.home);
    if !dry_run && learned.forget(id) {
        // What still holds of it was found by the survey too, or will be learnt again.
        learned.write(&context.home)?;
        ui::note(format!("what refusals had taught of `{id}` before is forgotten"));
    }
    if before == after {
        ui::note(format!("the settings of `{id}` say the same already"));
        return Ok(());
    }
    if after.road == Road::Gateway && before.road == Road::Direct && before.key == KeyStore::Env {
        return Err(Error::fixable(format!("`{id}` has to go through the gateway now, and cannot"))
            .cause("its key is only in a variable of your shell, which the gateway does not see")
            .hint(format!("store the key: `codexgw key set {id}`, then probe again")));
    }
    let after = if after.road == Road::Gateway { Provider { env_key: None, ..after } } else { after };
    let changes = changes(&before, &after);
    let moved = setup.change_provider(id, after, &context.token_command()?)?;
    if dry_run && quiet {
        tell("would be kept", id, &changes);
        return Ok(());
    }
    let Some(report) = commit_or_show(&setup, &format!("probe {id}"), dry_run)? else { return Ok(()) };
    setup.refresh_catalogues(Codex::find(&context.home).ok().as_ref())?;
    tell("kept", id, &changes);
    say_changed(&report);
    if let Some(moved) = moved {
        say_left_sessions(id, &moved);
    }
    Ok(())
}

fn tell(what: &str, id: &str, changes: &[String]) {
    ui::note(format!("{what} in the settings of `{id}`:"));
    for change in changes {
        ui::note(format!("  {change}"));
    }
}

/// What is different, one line each.
fn changes(before: &Provider, after: &Provider) -> Vec<String> {
    let quirks = |provider: &Provider| match (&provider.quirks, &provider.template) {
        (Some(names), _) => names.join(", "),
        (None, Some(_)) => "those of the template".to_owned(),
        (None, None) => "none".to_owned(),
    };
    [
        ("address", before.base_url.clone(), after.base_url.clone()),
        ("road", label(&before.road), label(&after.road)),
        ("wire", label(&before.wire), label(&after.wire)),
        ("key header", before.key_form().header().to_string(), after.key_form().header().to_string()),
        ("quirks", quirks(before), quirks(after)),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(|(what, before, after)| format!("{what}: {before} → {after}"))
    .collect()
}
