//! The npm package `@openai/codex`: a start script in JavaScript, and beside it the native program that it runs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Version;

/// The package as npm installed it.
pub(super) struct Package {
    root: PathBuf,
    /// What its manifest says; the native program comes as a dependency pinned to the same version.
    pub(super) version: Version,
}

/// What to start for Codex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Native {
    /// The program.
    pub path: PathBuf,
    /// What the start script would have put into the environment.
    pub env: Vec<(OsString, OsString)>,
}

#[derive(Deserialize)]
struct Manifest {
    name: String,
    version: String,
}

impl Package {
    /// The package whose start script this is, links followed.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let script = fs_err::canonicalize(path).ok()?;
        let root = script.ends_with("bin/codex.js").then(|| script.parent()?.parent()).flatten()?.to_path_buf();
        let manifest: Manifest = serde_json::from_slice(&fs_err::read(root.join("package.json")).ok()?).ok()?;
        let version = manifest.version.parse().ok()?;
        (manifest.name == "@openai/codex").then_some(Self { root, version })
    }

    /// The native program, found as the start script of Codex 0.169.0 finds it; nothing where the script would do more
    /// than name npm as the owner, which tells Codex how it is updated.
    pub(super) fn native(&self) -> Option<Native> {
        if self.has_other_owner() {
            return None;
        }
        let (platform, triple) = platform()?;
        let program: PathBuf = ["vendor", triple, "bin", "codex"].iter().collect();
        // As Node resolves a package: in every `node_modules` upwards.
        let packages =
            self.root.ancestors().map(|dir| dir.join("node_modules/@openai").join(format!("codex-{platform}")));
        let path = packages.chain([self.root.clone()]).map(|dir| dir.join(&program)).find(|path| path.is_file())?;
        let env = vec![
            ("CODEX_MANAGED_PACKAGE_ROOT".into(), self.root.clone().into()),
            ("CODEX_MANAGED_BY_NPM".into(), "1".into()),
        ];
        Some(Native { path, env })
    }

    /// Whether pnpm, bun or Vite+ may have installed it.
    fn has_other_owner(&self) -> bool {
        self.root.ancestors().any(|dir| {
            dir.join("node_modules/.modules.yaml").exists()
                || dir.join("packages/@openai/codex.json").exists()
                || dir.file_name().is_some_and(|name| name == ".bun" || name == ".pnpm")
        })
    }
}

/// Names of the package and of the folder for this machine. On Windows a shell script is found on PATH, not this one.
fn platform() -> Option<(&'static str, &'static str)> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some(("linux-x64", "x86_64-unknown-linux-musl")),
        ("linux", "aarch64") => Some(("linux-arm64", "aarch64-unknown-linux-musl")),
        ("macos", "x86_64") => Some(("darwin-x64", "x86_64-apple-darwin")),
        ("macos", "aarch64") => Some(("darwin-arm64", "aarch64-apple-darwin")),
        _ => None,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// An npm folder with the package in it; gives the link on PATH and the native program.
    fn installed(dir: &Path) -> Option<(PathBuf, PathBuf)> {
        let (platform, triple) = platform()?;
        let modules = dir.join("lib/node_modules");
        let root = modules.join("@openai/codex");
        let native = modules.join(format!("@openai/codex-{platform}/vendor/{triple}/bin/codex"));
        for file in [&root.join("bin/codex.js"), &native] {
            fs_err::create_dir_all(file.parent()?).ok()?;
            fs_err::write(file, "").ok()?;
        }
        fs_err::write(root.join("package.json"), r#"{"name":"@openai/codex","version":"0.169.0"}"#).ok()?;
        let link = dir.join("codex");
        std::os::unix::fs::symlink(root.join("bin/codex.js"), &link).ok()?;
        Some((link, fs_err::canonicalize(native).ok()?))
    }

    #[test]
    fn the_native_program_is_found_behind_npms_link() {
        let dir = tempfile::tempdir().expect("a folder");
        let (link, native) = installed(dir.path()).expect("a platform that Codex is made for");
        let package = Package::of(&link).expect("the package");
        assert_eq!(package.version.to_string(), "0.169.0");
        let found = package.native().expect("the program");
        assert_eq!(found.path, native);
        let names: Vec<_> = found.env.iter().map(|(name, _)| name.to_string_lossy()).collect();
        assert_eq!(names, ["CODEX_MANAGED_PACKAGE_ROOT", "CODEX_MANAGED_BY_NPM"]);
    }

    #[test]
    fn another_owner_keeps_its_start_script() {
        let dir = tempfile::tempdir().expect("a folder");
        let (link, _) = installed(dir.path()).expect("a platform that Codex is made for");
        fs_err::write(dir.path().join("lib/node_modules/.modules.yaml"), "").expect("ours");
        assert_eq!(Package::of(&link).expect("the package").native(), None);
    }

    #[test]
    fn another_package_is_not_codex() {
        let dir = tempfile::tempdir().expect("a folder");
        let (link, _) = installed(dir.path()).expect("a platform that Codex is made for");
        let manifest = dir.path().join("lib/node_modules/@openai/codex/package.json");
        fs_err::write(manifest, r#"{"name":"codex","version":"1.0.0"}"#).expect("ours");
        assert!(Package::of(&link).is_none());
    }
}
