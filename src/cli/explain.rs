use std::io::{IsTerminal as _, Read as _};

use clap::Args as ClapArgs;

use crate::error::{Error, Kind, Result};
use crate::{doctor, ui};

/// Say what an error of Codex means, and what mends it
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  codexgw explain \"unexpected status 404 Not Found\"\n  \
                        codex exec hi 2>&1 | codexgw explain")]
pub struct Args {
    /// What Codex printed; read from standard input when left out
    #[arg(allow_hyphen_values = true)]
    text: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    pub fn run(self) -> Result<u8> {
        let text = match self.text {
            Some(text) => text,
            None if std::io::stdin().is_terminal() => {
                return Err(Error::usage("explain what?").hint("paste what Codex printed: `codexgw explain \"…\"`"));
            }
            None => {
                let mut bytes = Vec::new();
                std::io::stdin()
                    .take(1 << 20)
                    .read_to_end(&mut bytes)
                    .map_err(|e| Error::fixable("cannot read standard input").cause(e))?;
                String::from_utf8_lossy(&bytes).into_owned()
            }
        };
        let found = doctor::explain(&text);
        if self.json {
            ui::json(&found.as_slice());
        }
        let Some(known) = found else {
            let error = Error::new(Kind::Found, "codexgw does not know this message");
            // A whole log may hold much that is no failure.
            let failed = text.lines().rev().map(str::trim).find(|line| line.starts_with("ERROR: "));
            return Err(failed
                .map(|line| ui::plain(line, 300))
                .into_iter()
                .fold(error, Error::cause)
                .hint("look for the cause itself: `codexgw doctor`")
                .hint("or let Codex do one turn and see: `codexgw doctor --run`")
                .hint("what to put into an issue, without secrets: `codexgw doctor --bundle report.md`"));
        };
        if !self.json {
            ui::line(format!("{} [{}]", known.cause, known.id));
            ui::line(format!("  → {}", known.fix));
        }
        Ok(0)
    }
}
