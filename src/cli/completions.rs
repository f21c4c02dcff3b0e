use clap::{Args as ClapArgs, CommandFactory as _};
use clap_complete::Shell;

use crate::ui;

use super::Cli;

/// Print the completion script of a shell
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  codexgw completions bash > ~/.local/share/bash-completion/completions/codexgw")]
pub struct Args {
    shell: Shell,
}

impl Args {
    pub fn run(self) -> u8 {
        ui::line(script(self.shell).trim_end());
        0
    }
}

/// The script for one shell.
#[must_use]
pub fn script(shell: Shell) -> String {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "codexgw", &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The committed files. `CODEXGW_BLESS=1 cargo test` writes them anew.
    #[test]
    fn the_committed_completions_are_those_of_this_command_line() {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
        for (shell, name) in [
            (Shell::Bash, "codexgw.bash"),
            (Shell::Zsh, "_codexgw"),
            (Shell::Fish, "codexgw.fish"),
            (Shell::Elvish, "codexgw.elv"),
            (Shell::PowerShell, "_codexgw.ps1"),
        ] {
            let file = dir.join(name);
            if std::env::var_os("CODEXGW_BLESS").is_some() {
                fs_err::create_dir_all(&dir).expect("the completions folder");
                fs_err::write(&file, script(shell)).expect("a completion file");
            }
            let committed = fs_err::read_to_string(&file).expect("a committed completion file");
            assert!(
                committed == script(shell),
                "{name} has drifted: run `CODEXGW_BLESS=1 cargo test --lib completions`"
            );
        }
    }
}
