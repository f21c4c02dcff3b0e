//! The write protocol on a real file system.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::disk::RealDisk;
use super::trap::Trap;
use super::{Change, Committer, EditError, FileEdit, FileProblem, Outcome, WhenEmpty};

fn committer(folder: &Path) -> Committer {
    Committer::on(Arc::new(RealDisk), &folder.join("state"), Duration::ZERO)
}

fn set(path: &Path, key: &str, value: i64) -> FileEdit {
    FileEdit::splice(path, vec![Change::set(&[key], value)], WhenEmpty::Delete)
}

fn unset(path: &Path, key: &str) -> FileEdit {
    FileEdit::splice(path, vec![Change::remove(&[key])], WhenEmpty::Delete)
}

/// Every file below a folder but the backups and the lock, with its content.
fn tree(folder: &Path) -> Vec<(String, String)> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name() != "state")
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap_or_default()))
        .collect();
    found.sort();
    found
}

#[test]
fn several_files_are_written_undone_and_redone() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("config.toml"), folder.path().join("new.config.toml"));
    fs::write(&one, "a = 1 # mine\r\n").unwrap();
    let committer = committer(folder.path());
    let report = committer.commit("add x", &[set(&one, "x", 1), set(&two, "y", 2)]).unwrap();
    assert_eq!(report.files.iter().map(|file| file.outcome).collect::<Vec<_>>(), [Outcome::Edited, Outcome::Created]);
    assert_eq!(fs::read_to_string(report.files[0].backup.as_ref().unwrap()).unwrap(), "a = 1 # mine\r\n");
    let edited = tree(folder.path());
    assert_eq!(edited[0].1, "a = 1 # mine\r\nx = 1\r\n");
    assert_eq!(edited[1].1, "y = 2\n");
    committer.undo(None, false).unwrap();
    assert_eq!(tree(folder.path()), [("config.toml".to_owned(), "a = 1 # mine\r\n".to_owned())]);
    committer.undo(None, false).unwrap();
    assert_eq!(tree(folder.path()), edited);
    let labels: Vec<_> = committer.list().unwrap().into_iter().map(|past| past.label).collect();
    assert_eq!(labels, ["undo of 2: undo of 1: add x", "undo of 1: add x", "add x"]);
}

/// A folder with the three kinds of work in one commit: a file to edit, one to make, one to empty; and the edits.
fn scene(folder: &Path) -> Vec<FileEdit> {
    let path = |name: &str| folder.join(name);
    fs::write(path("config.toml"), "a = 1\n").unwrap();
    fs::write(path("gone.toml"), "x = 1\n").unwrap();
    fs::write(path("twin.toml"), "t = 1\n").unwrap();
    fs::hard_link(path("twin.toml"), path("twin-2.toml")).unwrap();
    vec![
        set(&path("config.toml"), "x", 1),
        set(&path("new.toml"), "x", 1),
        unset(&path("gone.toml"), "x"),
        set(&path("twin.toml"), "x", 1),
    ]
}

fn scene_outcomes() -> [Vec<(String, String)>; 2] {
    let folder = tempfile::tempdir().unwrap();
    let edits = scene(folder.path());
    let old = tree(folder.path());
    committer(folder.path()).commit("all", &edits).unwrap();
    [old, tree(folder.path())]
}

/// How many file system operations the commit makes.
fn operations() -> usize {
    let folder = tempfile::tempdir().unwrap();
    let edits = scene(folder.path());
    let trap = Arc::new(Trap::new(|_, _, _| Ok(())));
    Committer::on(trap.clone(), &folder.path().join("state"), Duration::ZERO).commit("all", &edits).unwrap();
    trap.calls()
}

/// A later run, about another file, so that what it cleans up is not what it writes.
fn next_run(folder: &Path) {
    let other = folder.join("state").join("other.toml");
    committer(folder).commit("next", &[set(&other, "x", 1)]).unwrap();
}

#[test]
fn every_operation_may_fail_once() {
    let [old, new] = scene_outcomes();
    for nth in 1..=operations() {
        for error in [std::io::ErrorKind::StorageFull, std::io::ErrorKind::PermissionDenied] {
            let folder = tempfile::tempdir().unwrap();
            let edits = scene(folder.path());
            let trap = Trap::new(move |call, _, _| if call == nth { Err(error.into()) } else { Ok(()) });
            let faulty = Committer::on(Arc::new(trap), &folder.path().join("state"), Duration::ZERO);
            let done = faulty.commit("all", &edits);
            let found = tree(folder.path());
            match done {
                Ok(_) => assert_eq!(found, new, "operation {nth}"),
                Err(error) => assert_eq!(found, old, "operation {nth}: {error}"),
            }
            next_run(folder.path());
            assert_eq!(tree(folder.path()), found, "operation {nth}");
        }
    }
}

#[test]
fn after_a_death_at_any_operation_the_next_run_leaves_all_or_none() {
    let [old, new] = scene_outcomes();
    let mut outcomes = [0, 0];
    for nth in 1..=operations() {
        let folder = tempfile::tempdir().unwrap();
        let edits = scene(folder.path());
        let trap = Trap::new(move |call, _, _| if call >= nth { Err(std::io::Error::other("dead")) } else { Ok(()) });
        let dying = Committer::on(Arc::new(trap), &folder.path().join("state"), Duration::ZERO);
        let died = dying.commit("all", &edits);
        next_run(folder.path());
        let found = tree(folder.path());
        let is_new = found == new;
        assert!(is_new || found == old, "operation {nth}: {found:#?}");
        assert!(is_new || died.is_err());
        outcomes[usize::from(is_new)] += 1;
        // The same command again does the rest.
        committer(folder.path()).commit("again", &edits).unwrap();
        assert_eq!(tree(folder.path()), new, "operation {nth}");
    }
    assert!(outcomes.iter().all(|&count| count > 0), "{outcomes:?}");
}

/// A program without a lock that read the file before we did and writes it back at the worst moment.
#[test]
fn a_stranger_who_writes_at_any_moment_loses_nothing_and_nor_do_we() {
    let run = |nth: usize| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "a = 1\n").unwrap();
        let (victim, last_look) = (path.clone(), Arc::new(std::sync::atomic::AtomicUsize::new(0)));
        let look = last_look.clone();
        let trap = Trap::new(move |call, name, at| {
            if name == "read" && at == victim {
                look.store(call, std::sync::atomic::Ordering::SeqCst);
            }
            if call == nth {
                let theirs = victim.with_extension("theirs");
                fs::write(&theirs, "a = 1\nz = 2\n")?;
                fs::rename(&theirs, &victim)?;
            }
            Ok(())
        });
        let committer = Committer::on(Arc::new(trap), &folder.path().join("state"), Duration::ZERO);
        committer.commit("all", &[set(&path, "x", 1)]).unwrap();
        assert_eq!(tree(folder.path()).len(), 1, "nothing is left beside it");
        (fs::read_to_string(path).unwrap(), last_look.load(std::sync::atomic::Ordering::SeqCst))
    };
    let (undisturbed, last_look) = run(0);
    assert_eq!(undisturbed, "a = 1\nx = 1\n");
    assert!(last_look > 10);
    for nth in 1..=last_look {
        assert_eq!(run(nth).0, "a = 1\nz = 2\nx = 1\n", "operation {nth} of {last_look}");
    }
}

#[test]
fn an_edit_that_changes_nothing_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "x = 1\n").unwrap();
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    let edits = [set(&path, "x", 1), unset(&path, "y"), unset(&folder.path().join("absent.toml"), "y")];
    assert_eq!(committer(folder.path()).commit("nothing", &edits).unwrap(), super::Report::default());
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no state folder for nothing");
}

#[test]
fn a_preview_shows_the_diff_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("config.toml"), folder.path().join("other.toml"));
    fs::write(&path, "a = 1\n").unwrap();
    fs::write(&other, "a = 1\n").unwrap();
    let diffs = committer(folder.path()).preview(&[set(&path, "x", 1), unset(&other, "a"), unset(&path, "b")]).unwrap();
    let (path, other) = (path.display(), other.display());
    let unified: Vec<_> = diffs.iter().map(super::FileDiff::unified).collect();
    assert_eq!(
        unified,
        [
            format!("--- {path}\n+++ {path}\n@@ -1 +1,2 @@\n a = 1\n+x = 1\n"),
            format!("--- {other}\n+++ /dev/null\n@@ -1 +0,0 @@\n-a = 1\n"),
        ]
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn what_came_after_an_edit_is_undone_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let committer = committer(folder.path());
    assert!(matches!(committer.undo(None, false).unwrap_err().problem, FileProblem::NoEntry(None)));
    committer.commit("one", &[set(&path, "x", 1)]).unwrap();
    fs::write(&path, "x = 1\nmine = 2\n").unwrap();
    assert!(matches!(committer.undo(None, false).unwrap_err().problem, FileProblem::ChangedSince(1)));
    assert_eq!(fs::read_to_string(&path).unwrap(), "x = 1\nmine = 2\n");
    committer.undo(Some(1), true).unwrap();
    assert!(!path.exists());
    committer.undo(None, false).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "x = 1\nmine = 2\n");
    assert!(matches!(committer.undo(Some(99), false).unwrap_err().problem, FileProblem::NoEntry(Some(99))));
}

#[test]
fn twenty_commits_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let committer = committer(folder.path());
    for value in 1..=23 {
        committer.commit("count", &[set(&path, "x", value)]).unwrap();
    }
    let ids: Vec<_> = committer.list().unwrap().into_iter().map(|past| past.id).collect();
    assert_eq!(ids, (4..=23).rev().collect::<Vec<_>>());
}

#[test]
fn many_writers_lose_no_edit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let (path, folder) = (&path, folder.path());
            scope.spawn(move || {
                for round in 0..5 {
                    committer(folder).commit("add", &[set(path, &format!("k{writer}-{round}"), 1)]).unwrap();
                }
            });
        }
    });
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 40, "{text}");
}

#[test]
fn files_that_cannot_be_edited_are_refused_and_left_alone() {
    type Check = fn(&FileProblem) -> bool;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let big = format!("s = '{}'\n", "x".repeat(4 * 1024 * 1024));
    let cases: [(&[u8], Check, &str); 6] = [
        (
            b"a = 1\nb == 2\n",
            |p| matches!(p, FileProblem::Edit(EditError::Syntax { line: 2, .. })),
            "line 2, column 4: ",
        ),
        (
            b"a = 1\na = 2\n",
            |p| matches!(p, FileProblem::Edit(EditError::Syntax { line: 2, .. })),
            "line 2, column 1: duplicate key",
        ),
        (
            b"a = 1\nb = 'd\xc3\xa9\xff'\n",
            |p| matches!(p, FileProblem::NotUtf8 { .. }),
            "line 2, column 8: it is not UTF-8",
        ),
        (b"a = 1\n# \0\n", |p| matches!(p, FileProblem::Nul { .. }), "line 2, column 3: it holds a NUL byte"),
        (
            b"[[x]]\n",
            |p| matches!(p, FileProblem::Edit(EditError::Conflict { .. })),
            "line 1: `x` is an array of tables here",
        ),
        (big.as_bytes(), |p| matches!(p, FileProblem::TooBig), "it is larger than 4 MiB"),
    ];
    for (bytes, is_right, words) in cases {
        fs::write(&path, bytes).unwrap();
        let error = committer(folder.path()).commit("x", &[set(&path, "x", 1)]).unwrap_err();
        assert!(is_right(&error.problem), "{error:?}");
        let shown = crate::error::Error::from(error);
        assert_eq!(shown.message(), format!("cannot edit `{}`", path.display()));
        assert!(shown.causes()[0].starts_with(words), "{shown}");
        assert_eq!(shown.causes()[1], "nothing was changed");
        assert!(!shown.hints().is_empty() || words.starts_with("line 1: `x`"), "{shown}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn modes_are_kept_and_new_files_are_private() {
        let folder = tempfile::tempdir().unwrap();
        for wanted in [0o600, 0o640, 0o644, 0o664, 0o666] {
            let path = folder.path().join(format!("{wanted:o}.toml"));
            fs::write(&path, "a = 1\n").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(wanted)).unwrap();
            committer(folder.path()).commit("x", &[set(&path, "x", 1)]).unwrap();
            assert_eq!(mode(&path), wanted);
            committer(folder.path()).commit("x", &[unset(&path, "x"), unset(&path, "a")]).unwrap();
            assert!(!path.exists());
            committer(folder.path()).undo(None, false).unwrap();
            assert_eq!(mode(&path), wanted, "as it was before it was deleted");
        }
        let new = folder.path().join("deep/new.toml");
        let report = committer(folder.path()).commit("x", &[set(&new, "x", 1)]).unwrap();
        assert_eq!((mode(&new), mode(new.parent().unwrap())), (0o600, 0o700));
        let backups = folder.path().join("state/backups").join(format!("{:06}", report.id.unwrap()));
        assert_eq!(mode(&backups), 0o700);
        for file in fs::read_dir(backups).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
    }

    #[test]
    fn links_are_followed_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("dotfiles")).unwrap();
        fs::write(path("dotfiles/real.toml"), "a = 1\n").unwrap();
        symlink("dotfiles/real.toml", path("0")).unwrap();
        for link in 1..=39 {
            symlink(format!("{}", link - 1), path(&link.to_string())).unwrap();
        }
        committer(folder.path()).commit("x", &[set(&path("39"), "x", 1)]).unwrap();
        assert_eq!(fs::read_to_string(path("dotfiles/real.toml")).unwrap(), "a = 1\nx = 1\n");
        assert_eq!(fs::read_link(path("0")).unwrap(), Path::new("dotfiles/real.toml"));
        committer(folder.path())
            .commit(
                "x",
                &[FileEdit::splice(path("0"), vec![Change::remove(&["x"]), Change::remove(&["a"])], WhenEmpty::Delete)],
            )
            .unwrap();
        assert_eq!(fs::read_to_string(path("0")).unwrap(), "", "the link keeps its target");

        symlink("39", path("40")).unwrap();
        symlink("circle", path("circle")).unwrap();
        symlink("nowhere", path("dangling")).unwrap();
        let refused =
            |name: &str| committer(folder.path()).commit("x", &[set(&path(name), "x", 1)]).unwrap_err().problem;
        assert!(matches!(refused("40"), FileProblem::LinkCycle));
        assert!(matches!(refused("circle"), FileProblem::LinkCycle));
        assert!(matches!(refused("dangling"), FileProblem::Dangling(to) if to == path("nowhere")));
        assert!(matches!(refused("dotfiles"), FileProblem::NotAFile));
        assert!(!path("nowhere").exists());
    }

    #[test]
    fn all_names_of_a_file_show_the_edit() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        fs::write(&one, "a = 1\n").unwrap();
        fs::hard_link(&one, &two).unwrap();
        let inode = fs::metadata(&one).unwrap().ino();
        committer(folder.path()).commit("x", &[set(&two, "x", 1)]).unwrap();
        assert_eq!(fs::read_to_string(&one).unwrap(), "a = 1\nx = 1\n");
        assert_eq!(fs::metadata(&two).unwrap().ino(), inode);
        committer(folder.path()).undo(None, false).unwrap();
        assert_eq!(fs::read_to_string(&one).unwrap(), "a = 1\n");
    }

    #[test]
    fn a_read_only_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "a = 1\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let error = committer(folder.path()).commit("x", &[set(&path, "x", 1)]).unwrap_err();
        assert!(matches!(error.problem, FileProblem::ReadOnly));
        assert_eq!(fs::read_to_string(&path).unwrap(), "a = 1\n");
    }

    /// Against the real Codex, which reads and writes the same file without a lock.
    #[test]
    #[ignore = "needs the real Codex and minutes"]
    fn three_hundred_races_with_codex_lose_no_edit() {
        let codex = crate::test_codex::bin_dir().join("codex");
        // Codex warns about a home below the folder for temporary files.
        let folder = tempfile::tempdir_in(crate::test_codex::target_dir()).unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "a = 1 # mine\n").unwrap();
        let is_over = std::sync::atomic::AtomicBool::new(false);
        let theirs = std::thread::scope(|scope| {
            let strangers = scope.spawn(|| {
                let mut count = 0;
                while !is_over.load(std::sync::atomic::Ordering::SeqCst) {
                    let added = std::process::Command::new(&codex)
                        .args(["mcp", "add", &format!("theirs{count}"), "--", "true"])
                        .env("CODEX_HOME", folder.path())
                        .output()
                        .unwrap();
                    assert!(added.status.success());
                    count += 1;
                }
                count
            });
            let commits: Result<Vec<_>, _> = (0..300)
                .map(|round| {
                    let committer = Committer::new(&folder.path().join("state"));
                    committer.commit("race", &[set(&path, &format!("ours{round}"), round)])
                })
                .collect();
            is_over.store(true, std::sync::atomic::Ordering::SeqCst);
            let theirs = strangers.join().unwrap();
            assert_eq!(commits.unwrap().len(), 300);
            theirs
        });
        let text = fs::read_to_string(&path).unwrap();
        let lost_ours = (0..300).filter(|round| !text.contains(&format!("ours{round} = {round}\n"))).count();
        let lost_theirs = (0..theirs).filter(|count| !text.contains(&format!("[mcp_servers.theirs{count}]\n"))).count();
        assert!(theirs > 100, "the race was a race");
        assert_eq!((lost_ours, lost_theirs), (0, 0), "lost of 300 and {theirs}");
    }

    /// Not a test by itself: what [`killed`] starts and kills.
    #[test]
    #[ignore = "runs in a process of its own that is killed"]
    fn victim() {
        let Some(folder) = std::env::var_os("CODEXGW_VICTIM").map(std::path::PathBuf::from) else { return };
        let (one, two) = (folder.join("one.toml"), folder.join("two.toml"));
        for value in 0.. {
            committer(&folder).commit("count", &[set(&one, "x", value), set(&two, "x", value)]).unwrap();
        }
    }

    fn killed(rounds: u64) {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..rounds {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "config::commit_tests::unix::victim", "--ignored"])
                .env("CODEXGW_VICTIM", folder.path())
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap();
            // When it dies is meant to be anybody's guess; nothing depends on it.
            let pause = (round.wrapping_mul(6_364_136_223_846_793_005) >> 33) % 60_000;
            std::thread::sleep(Duration::from_micros(5_000 + pause));
            child.kill().unwrap();
            assert!(!child.wait().unwrap().success());
            next_run(folder.path());
            let files = tree(folder.path());
            let texts: Vec<_> = files.iter().map(|(_, text)| text.as_str()).collect();
            let is_whole =
                texts.is_empty() || (texts.len() == 2 && texts[0] == texts[1] && texts[0].starts_with("x = "));
            assert!(is_whole, "round {round}: {files:?}");
            for (name, _) in &files {
                assert_eq!(mode(&folder.path().join(name)), 0o600);
            }
        }
    }

    #[test]
    fn a_killed_writer_leaves_both_files_old_or_both_new() {
        killed(30);
    }

    #[test]
    #[ignore = "five thousand kills take minutes"]
    fn five_thousand_killed_writers_leave_both_files_old_or_both_new() {
        killed(5_000);
    }
}
