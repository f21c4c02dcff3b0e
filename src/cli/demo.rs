use clap::Args as ClapArgs;

use crate::codex::Codex;
use crate::demo::{self, Step};
use crate::error::{Error, Result};
use crate::ui;

use super::context::Context;

/// See the real Codex work through codexgw: no key, no provider, nothing of yours touched
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  codexgw demo")]
pub struct Args {
    /// Do not ask before Codex is fetched with npx when it is not installed
    #[arg(long, short = 'y')]
    yes: bool,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        let codex = self.codex(context)?;
        let outcome = demo::run(&codex, &mut show)?;
        ui::line("");
        ui::line(format!("{}:", outcome.file.display()));
        for line in outcome.content.lines() {
            ui::line(format!("  | {line}").trim_end());
        }
        ui::line("");
        ui::line("It works. Next, a model of your own:");
        ui::line("  codexgw add openrouter      (or deepseek, groq, ollama, litellm, custom)");
        ui::line("  codexgw run");
        Ok(0)
    }

    fn codex(&self, context: &Context) -> Result<Codex> {
        let missing = match Codex::find(&context.home) {
            Ok(codex) => return Ok(codex),
            Err(e) if which::which("codex").is_ok() => return Err(e),
            Err(e) => e,
        };
        if !self.yes && ui::prompt::possible() {
            ui::note("Codex is not installed.");
            if !ui::prompt::confirm("Fetch it for this demo with `npx -y @openai/codex`?", true)? {
                return Err(missing);
            }
        } else {
            ui::note("Codex is not installed: fetching it with `npx -y @openai/codex`");
        }
        demo::codex_from_npx(&context.home)
            .map_err(|e| missing.causes().iter().fold(e, |e: Error, cause| e.cause(cause)))
    }
}

fn show(step: Step) {
    let row = |what: &str, words: &str| ui::line(format!("  {what:<9}{}", ui::plain(words, 200)));
    match step {
        Step::Ready { port, codex } => {
            ui::line(format!("Codex {codex} on a scripted model that speaks Chat Completions, through codexgw"));
            row("gateway", &format!("127.0.0.1:{port}, Responses to Chat Completions and back"));
        }
        Step::Thinks(words) => row("thinks", &words),
        Step::Runs(words) => row("runs", &words),
        Step::Adds(words) => row("adds", &words),
        Step::Edits(words) => row("edits", &words),
        Step::Answers(words) => row("answers", &words),
        Step::Trouble(words) => row("trouble", &words),
    }
}
