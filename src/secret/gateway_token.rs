//! The gateway's own token: what Codex shows at its door. Made once and kept over restarts, so that a live session
//! goes on after the gateway came back.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::settings::Home;

use super::{Secret, private_file};

/// Length in bytes before it is written as hexadecimal.
const LENGTH: usize = 32;

fn file(home: &Home) -> PathBuf {
    home.state_dir().join("gateway.token")
}

/// The token, if one was made yet.
///
/// # Errors
/// When the file cannot be read, is damaged, or can be read by others.
pub fn load(home: &Home) -> Result<Option<Secret>> {
    let Some(text) = private_file::read(&file(home))? else { return Ok(None) };
    let text = text.trim();
    if text.len() != 2 * LENGTH || !text.bytes().all(|c| c.is_ascii_hexdigit()) {
        return Err(Error::secret_store(format!("`{}` does not hold a token", file(home).display()))
            .hint(format!("remove it, a new one is made: `rm '{}'`", file(home).display())));
    }
    Ok(Some(Secret::new(text.to_owned())))
}

/// Removes the token, so that the next start of the gateway makes another.
///
/// # Errors
/// When the file cannot be removed.
pub fn remove(home: &Home) -> Result<()> {
    let file = file(home);
    match std::fs::remove_file(&file) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::secret_store(format!("cannot remove `{}`", file.display())).cause(e))
        }
        _ => Ok(()),
    }
}

/// The token, made when there is none. When several processes make one at once, all get the same.
///
/// # Errors
/// As [`load`], and when the file cannot be written.
pub fn load_or_create(home: &Home) -> Result<Secret> {
    if let Some(token) = load(home)? {
        return Ok(token);
    }
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|e| Error::bug("the system gave no random numbers").cause(e))?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    private_file::write_new(&file(home), text.as_bytes())
        .map_err(|e| Error::secret_store(format!("cannot write `{}`", file(home).display())).cause(e))?;
    load(home)?.ok_or_else(|| Error::secret_store("the gateway's token vanished while it was made"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_gets_the_same_token() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::resolve(Some(dir.path())).unwrap_or_else(|e| panic!("{e}"));
        let tokens: Vec<String> = std::thread::scope(|scope| {
            let makers: Vec<_> =
                (0..8).map(|_| scope.spawn(|| load_or_create(&home).map(|t| t.expose().to_owned()))).collect();
            makers.into_iter().map(|m| m.join().expect("no panic").unwrap_or_else(|e| panic!("{e}"))).collect()
        });
        assert!(tokens.iter().all(|token| *token == tokens[0] && token.len() == 64), "they differ");
    }
}
