use std::io::Write as _;

use clap::Args as ClapArgs;

use crate::error::{Error, Result};
use crate::secret::Vault;
use crate::settings::Settings;
use crate::setup::{GATEWAY_ID, unknown_provider};

use super::context::Context;

/// Print the token that Codex sends; this is what Codex calls
///
/// For `codexgw` it is the gateway's own token, and the gateway is started when it is not up. For any other id it is
/// that provider's key. It never asks anything.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  codexgw token codexgw")]
pub struct Args {
    /// `codexgw`, or a provider on the direct road
    id: String,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        crate::secret::forbid_core_dumps();
        let token = if self.id == GATEWAY_ID {
            crate::gateway::ensure(&context.home)?.1
        } else {
            // Without warnings: Codex asks, and nobody reads what else is said.
            let settings = Settings::read(&context.home.settings_file())?;
            let provider = settings
                .providers
                .get(&self.id)
                .ok_or_else(|| unknown_provider(&self.id, settings.providers.keys()))?;
            Vault::new(&context.home).key(&self.id, provider.key, &provider.key_command)?
        };
        // The one write of a secret that is meant: to Codex, which reads this pipe. It goes around the redacting
        // printer on purpose.
        writeln!(std::io::stdout().lock(), "{}", token.expose())
            .map_err(|e| Error::fixable("cannot hand the token to whoever asked").cause(e))?;
        Ok(0)
    }
}
