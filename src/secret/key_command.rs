//! Keys that another program hands out: `op read …`, `pass show …`. The program is started as it is, without a shell.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::error::{Error, Result};

use super::{Secret, clean_key};

/// Longest time that a program may take: Codex waits for the key, and password managers that ask a person in a window
/// nobody sees must not hang it.
pub const LIMIT: Duration = Duration::from_secs(10);

/// Longest output that is read, in bytes; the rest is left in the pipe.
const LONGEST: u64 = 1 << 16;

/// Longest piece of a program's own words that an error repeats, in characters.
const LONGEST_WORDS: usize = 200;

/// Splits a command as it is typed into a program and its arguments: at blanks, but for what stands in quotes or
/// behind a backslash.
///
/// # Errors
/// When it is empty, a quote stays open, or it needs a shell.
pub fn split_command(text: &str) -> Result<Vec<String>> {
    let refuse = |what: &str| {
        Err(Error::usage(what).hint("write a program and its arguments: `--key-command \"pass show codexgw/lab\"`"))
    };
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => match characters.next() {
                Some(next) => {
                    let word = word.get_or_insert_default();
                    // Within double quotes a backslash stands for itself, but before these.
                    if quote.is_some() && !['"', '\\', '$', '`'].contains(&next) {
                        word.push('\\');
                    }
                    word.push(next);
                }
                None => return refuse("the key command ends in a backslash"),
            },
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            (None, '|' | '&' | ';' | '<' | '>' | '`' | '$' | '(' | ')') => {
                return Err(Error::usage(format!("the key command holds a `{c}`, and no shell reads it"))
                    .hint("put it into quotes when it is meant as it stands, or call a shell: `sh -c '…'`"));
            }
            _ => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return refuse("a quote in the key command stays open");
    }
    words.extend(word);
    if words.first().is_none_or(String::is_empty) {
        return refuse("the key command is empty");
    }
    Ok(words)
}

/// The command as it can be typed, for a hint; [`split_command`] makes the same of it.
#[must_use]
pub fn join_command(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// One word as a shell takes it.
#[must_use]
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else if !word.contains(['"', '\\', '$', '`', '!']) {
        format!("\"{word}\"")
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Runs the program and takes the first line that it prints and that is not blank (`pass` keeps notes in the others).
///
/// # Errors
/// When it cannot be started, fails, takes longer than this, or prints no key.
pub fn get(command: &[String], limit: Duration) -> Result<Secret> {
    let Some((program, args)) = command.split_first() else {
        return Err(Error::secret_store("the settings name no command that hands out the key")
            .hint("name it: `codexgw add … --force --key-command \"pass show …\"`"));
    };
    let deadline = Instant::now() + limit;
    let mut child = start(program, args)?;
    let (stdout, stderr) = (read(child.stdout.take()), read(child.stderr.take()));
    let printed = wait(&stdout, deadline).and_then(|printed| Some((printed, ended(&mut child, deadline)?)));
    let Some((printed, succeeded)) = printed else {
        stop(&mut child);
        return Err(Error::secret_store(format!("`{program}` did not hand out the key within {} s", limit.as_secs()))
            .cause("it may be waiting for a password where you do not see it")
            .hint("unlock it, then try again: `codexgw key list`"));
    };
    let text = Zeroizing::new(String::from_utf8_lossy(&printed).into_owned());
    let line = text.trim().lines().next().unwrap_or_default();
    // Known before anything is said about it: a program may print the key and fail all the same.
    let secret = Secret::new(line.trim().to_owned());
    if !succeeded {
        // It has ended, so what it said is there; a process that it left behind may still hold the pipe.
        let words = wait(&stderr, deadline.min(Instant::now() + Duration::from_millis(200))).unwrap_or_default();
        let error = Error::secret_store(format!("`{program}` failed instead of handing out the key"));
        let words = said(&words);
        let error = if words.is_empty() { error } else { error.cause(format!("it says: {words}")) };
        return Err(error.hint("run it by hand to see what it wants, then: `codexgw key list`"));
    }
    clean_key(secret.expose(), &[], &[]).map(|(key, _)| key).map_err(|e| {
        Error::secret_store(format!("what `{program}` printed is no key"))
            .cause(e.message())
            .hint("run it by hand: the key has to be its first line")
    })
}

fn start(program: &str, args: &[String]) -> Result<Child> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A group of its own, so that all of it can be stopped, and so that it cannot read from the person's terminal.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().map_err(|e| {
        Error::secret_store(format!("cannot start `{program}`, which hands out the key"))
            .cause(e)
            .hint("install it, or name another: `codexgw add … --force --key-command \"pass show …\"`")
    })
}

/// Reads a pipe on a thread of its own, so that it can be given up.
fn read(pipe: Option<impl Read + Send + 'static>) -> Receiver<Zeroizing<Vec<u8>>> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        // What came before a failure is judged like any other output.
        let _ = pipe.map(|pipe| pipe.take(LONGEST).read_to_end(&mut bytes));
        // Nobody listens any more when the time has run out.
        let _ = send.send(bytes);
    });
    receive
}

fn wait(output: &Receiver<Zeroizing<Vec<u8>>>, deadline: Instant) -> Option<Zeroizing<Vec<u8>>> {
    output.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
}

/// Whether it succeeded; nothing when it does not end in time.
fn ended(child: &mut Child, deadline: Instant) -> Option<bool> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
            Ok(None) | Err(_) => return None,
        }
    }
}

/// Ends it with whatever it started. Gone already is as good.
fn stop(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// A program's own words, made fit for one line.
fn said(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(LONGEST_WORDS).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Vec<String> {
        ["/bin/sh", "-c", script].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_command_is_split_as_a_shell_would_but_not_read_by_one() {
        for (typed, words) in [
            ("pass show lab", vec!["pass", "show", "lab"]),
            ("  op read  'op://My Vault/Lab/key' ", vec!["op", "read", "op://My Vault/Lab/key"]),
            (r#"sh -c "echo \"a b\"; true""#, vec!["sh", "-c", "echo \"a b\"; true"]),
            (r"a\ b '' c'd'e", vec!["a b", "", "cde"]),
            (r#"printf "a\n\\""#, vec!["printf", r"a\n\"]),
            (r"sh -c 'a\nb $X'", vec!["sh", "-c", r"a\nb $X"]),
        ] {
            let split = split_command(typed).unwrap_or_else(|e| panic!("{typed}: {e}"));
            assert_eq!(split, words, "{typed}");
        }
        for typed in ["", "   ", "''", "pass 'show", "pass \"show", "pass \\", "a | b", "echo $KEY", "a; b", "`a`"] {
            assert!(split_command(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_joined_command_splits_into_the_same_words() {
        for words in [&["pass", "show", "lab"][..], &["my prog", "", "it's", "a\"b'c", "$x", "\\", "a|b!"]] {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            assert_eq!(split_command(&join_command(&words)).expect("a command"), words);
        }
        assert_eq!(quoted(&join_command(&["pass".to_owned(), "my lab".to_owned()])), "'pass \"my lab\"'");
    }

    #[test]
    fn the_first_line_is_the_key() {
        for script in [
            "echo key-0123456789",
            "printf '\\n \\nkey-0123456789\\n'",
            "printf '  key-0123456789\\r\\n'",
            "printf 'key-0123456789\\nlogin: me\\n'",
        ] {
            let key = get(&shell(script), LIMIT).unwrap_or_else(|e| panic!("{script}: {e}"));
            assert_eq!(key.expose(), "key-0123456789", "{script}");
        }
    }

    #[test]
    fn what_goes_wrong_is_told_without_the_key() {
        for (script, message, cause) in [
            ("exit 1", "failed instead of handing out the key", ""),
            ("echo locked >&2; exit 3", "failed instead of handing out the key", "it says: locked"),
            ("true", "printed is no key", "the key is empty"),
            ("echo Usage: pass show", "printed is no key", "holds a space"),
        ] {
            let Err(error) = get(&shell(script), LIMIT) else { panic!("{script} gave a key") };
            assert!(error.message().contains(message), "{script}: {error}");
            assert!(error.causes().join("").contains(cause), "{script}: {error}");
            assert!(!error.hints().is_empty());
        }
        let Err(error) = get(&shell("echo failing-key-0123; echo it is failing-key-0123 >&2; exit 1"), LIMIT) else {
            panic!("it gave a key")
        };
        assert!(!super::super::redact::redact(&error.to_string()).contains("failing-key"), "{error}");
        let Err(error) = get(&["/nonexistent/pass".to_owned()], LIMIT) else { panic!("it gave a key") };
        assert!(error.message().contains("cannot start `/nonexistent/pass`"), "{error}");
        assert!(get(&[], LIMIT).is_err());
    }

    #[test]
    fn a_program_that_does_not_end_is_stopped_with_all_that_it_started() {
        let dir = tempfile::tempdir().expect("a folder");
        let pid = dir.path().join("pid");
        let script = format!("sleep 600 & echo $! > '{}'; wait", pid.display());
        let Err(error) = get(&shell(&script), Duration::from_secs(1)) else { panic!("it gave a key") };
        assert!(error.message().contains("did not hand out the key within 1 s"), "{error}");
        let child: i32 = std::fs::read_to_string(pid).expect("it ran").trim().parse().expect("a number");
        let child = rustix::process::Pid::from_raw(child).expect("not 0");
        // A signal takes its time on a busy machine, and a dead process stays a while until somebody looks after it.
        let deadline = Instant::now() + Duration::from_secs(30);
        let alive = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.as_raw_nonzero())).unwrap_or_default();
            !stat.contains(") Z ") && rustix::process::test_kill_process(child).is_ok()
        };
        while alive() {
            assert!(Instant::now() < deadline, "it is alive");
            thread::sleep(Duration::from_millis(5));
        }
    }
}
