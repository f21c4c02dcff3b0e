//! Parses the command line, runs the command, exits.

use std::process::ExitCode;

use codexgw::cli::Cli;
use codexgw::error::Error;
use codexgw::ui;

/// Gives memory back to the system after large requests, which the system's allocator does not (performance notes of
/// the gateway).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ui::tell_panics();
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(said) => {
            ui::parser(&said);
            return ExitCode::from(u8::try_from(said.exit_code()).unwrap_or(2));
        }
    };
    match cli.run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let error = error.downcast().unwrap_or_else(|other| Error::bug(format!("{other:#}")));
            ui::error(&error);
            ExitCode::from(error.kind().exit_code())
        }
    }
}
