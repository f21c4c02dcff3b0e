//! The certificates that are trusted: the system's, and those that the person names to Codex.

use std::path::Path;

use reqwest::{Certificate, ClientBuilder};

use crate::error::{Error, Result};

/// Codex's own variable for a company's certificates: a file in PEM, trusted beside the system's (measured with 0.169.0).
pub const VARIABLE: &str = "CODEX_CA_CERTIFICATE";

/// Trusts what Codex would trust. A file that cannot be used is passed over, as an empty variable is: whom the system
/// trusts can be reached without it, and the doctor tells of it.
pub fn trusting(builder: ClientBuilder) -> ClientBuilder {
    match named(std::env::var_os(VARIABLE).as_deref().map(Path::new)) {
        Ok(certificates) if !certificates.is_empty() => builder.tls_certs_merge(certificates),
        _ => builder,
    }
}

/// Why the file that the variable names is passed over, if it is: Codex does so without a word (measured).
#[must_use]
pub fn unusable() -> Option<String> {
    let error = named(std::env::var_os(VARIABLE).as_deref().map(Path::new)).err()?;
    Some(
        std::iter::once(error.message())
            .chain(error.causes().iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(": "),
    )
}

/// The certificates of a file.
fn named(file: Option<&Path>) -> Result<Vec<Certificate>> {
    let Some(file) = file.filter(|file| !file.as_os_str().is_empty()) else { return Ok(Vec::new()) };
    let cannot = || Error::fixable(format!("`{VARIABLE}` names a file that holds no certificate"));
    let text = fs_err::read(file).map_err(|e| cannot().cause(e))?;
    let found = Certificate::from_pem_bundle(&text).map_err(|e| cannot().cause(e))?;
    if found.is_empty() {
        return Err(cannot().cause(format!("`{}` is not in the form PEM", file.display())));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_or_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("company.pem");
        assert!(named(None).unwrap().is_empty() && named(Some(Path::new(""))).unwrap().is_empty());
        assert!(named(Some(&file)).is_err());
        fs_err::write(&file, "hello").unwrap();
        assert!(named(Some(&file)).is_err());
    }
}
