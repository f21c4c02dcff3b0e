//! A project's own `.codex/config.toml`: which ones Codex reads, and which of those it trusts (codex-facts 1.6).

use std::path::{Path, PathBuf};

/// A configuration that lies in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectFile {
    /// The file.
    pub path: PathBuf,
    /// The folder that it is for.
    pub folder: PathBuf,
    /// The roots of the repository; a linked work tree has two.
    roots: Vec<PathBuf>,
}

impl ProjectFile {
    /// Those that Codex looks at when it is started in `cwd`: from there up to the root of the repository, and only in
    /// `cwd` where there is none. `config` is the person's own file, which is no project's.
    #[must_use]
    pub fn all(cwd: &Path, config: &Path) -> Vec<Self> {
        let is_config = |file: &Path| file.canonicalize().is_ok_and(|file| config.canonicalize().ok() == Some(file));
        let root = cwd.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(cwd);
        let roots: Vec<PathBuf> = std::iter::once(root.to_owned()).chain(main_work_tree(root)).collect();
        let folders = cwd.ancestors().take_while(|folder| folder.starts_with(root));
        let files = folders.map(|folder| (folder.to_owned(), folder.join(".codex/config.toml")));
        files
            .filter(|(_, path)| path.is_file() && !is_config(path))
            .map(|(folder, path)| Self { path, folder, roots: roots.clone() })
            .collect()
    }

    /// Whether the person trusts the project. `level` gives the trust level that the person's files name for a folder.
    /// That of its own folder counts before that of its repository, and that of a folder above both does not count.
    pub fn is_trusted<'d>(&self, level: impl Fn(&str) -> Option<&'d str>) -> bool {
        let of = |folder: &PathBuf| {
            let names = [Some(folder.clone()), folder.canonicalize().ok()];
            names.iter().flatten().find_map(|name| level(name.to_str()?))
        };
        std::iter::once(&self.folder).chain(&self.roots).find_map(of) == Some("trusted")
    }
}

/// The main work tree of a linked one.
fn main_work_tree(root: &Path) -> Option<PathBuf> {
    let text = fs_err::read_to_string(root.join(".git")).ok()?;
    let dir = root.join(text.strip_prefix("gitdir:")?.trim());
    let git = dir.parent().filter(|parent| parent.ends_with("worktrees"))?.parent()?;
    git.parent().map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `.codex/config.toml` in two folders of which one lies in the other.
    fn place(repository: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        for folder in ["outer/.codex", "outer/inner/.codex", "outer/inner/deep", repository] {
            fs_err::create_dir_all(dir.path().join(folder)).expect("a folder");
        }
        for file in ["outer", "outer/inner"] {
            fs_err::write(dir.path().join(file).join(".codex/config.toml"), "model = 'm'\n").expect("a file");
        }
        dir
    }

    fn seen(dir: &Path, cwd: &str, trusted: &[&str]) -> Vec<(String, bool)> {
        let trusted: Vec<PathBuf> = trusted.iter().map(|folder| dir.join(folder)).collect();
        let level = |folder: &str| trusted.iter().any(|path| path == Path::new(folder)).then_some("trusted");
        let files = ProjectFile::all(&dir.join(cwd), Path::new("/none"));
        let name = |file: &ProjectFile| file.folder.strip_prefix(dir).expect("below").display().to_string();
        files.iter().map(|file| (name(file), file.is_trusted(level))).collect()
    }

    #[test]
    fn files_up_to_the_repository_s_root_count_where_that_or_their_folder_is_trusted() {
        let dir = place("outer/.git");
        let both = |inner, outer| vec![("outer/inner".to_owned(), inner), ("outer".to_owned(), outer)];
        for (trusted, expected) in [
            (&["outer"][..], both(true, true)),
            (&["outer/inner"], both(true, false)),
            (&["outer/inner/deep", "."], both(false, false)),
            (&[], both(false, false)),
        ] {
            assert_eq!(seen(dir.path(), "outer/inner/deep", trusted), expected, "{trusted:?}");
        }
    }

    #[test]
    fn without_a_repository_a_folder_above_does_not_count() {
        let dir = place("outer");
        assert_eq!(seen(dir.path(), "outer/inner/deep", &["outer", "outer/inner/deep"]), []);
        assert_eq!(seen(dir.path(), "outer/inner", &["outer"]), [("outer/inner".to_owned(), false)]);
        assert_eq!(seen(dir.path(), "outer", &["outer"]), [("outer".to_owned(), true)]);
    }

    #[test]
    fn a_linked_work_tree_is_trusted_with_its_repository() {
        let dir = place("main/.git/worktrees/w");
        let git = format!("gitdir: {}\n", dir.path().join("main/.git/worktrees/w").display());
        fs_err::write(dir.path().join("outer/.git"), git).expect("a file");
        assert_eq!(seen(dir.path(), "outer", &["main"]), [("outer".to_owned(), true)]);
    }
}
