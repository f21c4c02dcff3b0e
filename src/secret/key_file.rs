//! The file store: one file per secret in the state folder, by explicit choice only.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::settings::Home;

use super::{Secret, private_file};

/// `/` is the only character of a secret's name (`<provider>/<header>`) that a file name cannot hold.
fn file(home: &Home, name: &str) -> PathBuf {
    home.state_dir().join("keys").join(name.replace('/', "@"))
}

pub fn get(home: &Home, name: &str) -> Result<Option<Secret>> {
    let text = private_file::read(&file(home, name))?;
    Ok(text.map(|text| Secret::new(text.trim_end().to_owned())))
}

pub fn set(home: &Home, name: &str, secret: &Secret) -> Result<()> {
    let file = file(home, name);
    private_file::write(&file, secret.expose().as_bytes())
        .map_err(|e| Error::secret_store(format!("cannot write `{}`", file.display())).cause(e))
}

pub fn delete(home: &Home, name: &str) -> Result<bool> {
    let file = file(home, name);
    match std::fs::remove_file(&file) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(Error::secret_store(format!("cannot delete `{}`", file.display())).cause(e)),
    }
}

/// The names of all secrets there; none when the folder cannot be read.
pub fn names(home: &Home) -> Vec<String> {
    let files = std::fs::read_dir(home.state_dir().join("keys")).into_iter().flatten().flatten();
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    // What begins with a dot is on its way to become one.
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).map(|n| n.replace('@', "/")).collect();
    names.sort();
    names
}

/// Whether the store can be used at all.
pub fn probe(home: &Home) -> Result<()> {
    let dir = home.state_dir().join("keys");
    // Nothing is made here: what may still be called off leaves no trace.
    let present = dir.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    let checked = if present == dir { private_file::create_dir(&dir) } else { writable(present) };
    checked.map_err(|e| Error::secret_store(format!("cannot make the folder `{}`", dir.display())).cause(e))
}

#[cfg(unix)]
fn writable(folder: &Path) -> std::io::Result<()> {
    use rustix::fs::{Access, access};
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn writable(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn home(dir: &tempfile::TempDir) -> Home {
        Home::resolve(Some(dir.path())).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn a_key_is_set_read_replaced_and_deleted() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = home(&dir);
        assert!(get(&home, "p").is_ok_and(|key| key.is_none()));
        for value in ["first-key-value", "second-key-value"] {
            set(&home, "p", &Secret::new(value.to_owned())).unwrap_or_else(|e| panic!("{e}"));
            let read = get(&home, "p").unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(read.as_ref().map(Secret::expose), Some(value));
        }
        let mode = |path: PathBuf| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(file(&home, "p")), 0o600);
        assert_eq!(mode(home.state_dir().join("keys")), 0o700);
        set(&home, "p/x-team", &Secret::new("some-header-value".to_owned())).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(names(&home), ["p", "p/x-team"]);
        assert!(delete(&home, "p").is_ok_and(|was| was));
        assert!(delete(&home, "p").is_ok_and(|was| !was));
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = home(&dir);
        set(&home, "p/x-header", &Secret::new("some-key-value".to_owned())).unwrap_or_else(|e| panic!("{e}"));
        let path = file(&home, "p/x-header");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("ours");
        let Err(error) = get(&home, "p/x-header") else { panic!("it was used") };
        assert!(error.message().contains("can be read by others"), "{error}");
    }
}
