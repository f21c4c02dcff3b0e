//! Runs one child process with a time limit and collects what it said.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How long the pipes may stay open after the child has ended: a detached process that kept them would hang a shell.
const PIPES_CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// The commands of `codexgw`; a test compares them with its help text.
pub const COMMANDS: &[&str] = &[
    "demo",
    "add",
    "list",
    "providers",
    "models",
    "migrate",
    "run",
    "probe",
    "doctor",
    "explain",
    "use",
    "off",
    "profile",
    "key",
    "remove",
    "config",
    "undo",
    "gateway",
    "token",
    "completions",
    "uninstall",
];

/// What a finished child left behind.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The command line, for messages.
    pub command: String,
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl Outcome {
    /// Asserts exit code 0.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.exits(0)
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "wrong exit code\n{self}");
        self
    }

    /// Asserts that stderr holds this text.
    #[track_caller]
    pub fn stderr_has(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "stderr lacks `{text}`\n{self}");
        self
    }

    /// Asserts that stdout holds this text.
    #[track_caller]
    pub fn stdout_has(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "stdout lacks `{text}`\n{self}");
        self
    }

    /// Asserts that neither stream holds this text.
    #[track_caller]
    pub fn never_says(self, text: &str) -> Self {
        assert!(!self.stdout.contains(text) && !self.stderr.contains(text), "it says `{text}`\n{self}");
        self
    }

    /// Asserts that Codex shows no error. What it logs of its own files, with the time in front, is none of ours.
    #[track_caller]
    pub fn shows_no_error(self) -> Self {
        assert!(!self.stderr.lines().any(|line| line.starts_with("ERROR")), "it shows an error\n{self}");
        self
    }

    /// Asserts the form of our errors: `error: …`, causes, and a hint.
    #[track_caller]
    pub fn explains(self) -> Self {
        assert!(self.stderr.lines().any(|l| l.starts_with("error: ")), "no `error:` line\n{self}");
        assert!(self.stderr.lines().any(|l| l.starts_with("hint: ")), "no `hint:`\n{self}");
        assert!(!self.stderr.contains("panicked at"), "it panicked\n{self}");
        self.names_commands_that_exist()
    }

    /// Asserts that each command of ours that it names in backticks is one.
    #[track_caller]
    pub fn names_commands_that_exist(self) -> Self {
        for named in self.stderr.split("`codexgw ").skip(1) {
            let word = named.split([' ', '`']).next().unwrap_or_default();
            let option = word.starts_with('-');
            assert!(option || COMMANDS.contains(&word), "there is no `codexgw {word}`\n{self}");
        }
        self
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { command, code, stdout, stderr, took } = self;
        write!(f, "$ {command}\nexit: {code:?} after {took:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
    }
}

/// A child that runs in a process group of its own, which is killed when this is dropped.
pub struct Running {
    child: Child,
    command: String,
    started: Instant,
    stdout: mpsc::Receiver<String>,
    stderr: mpsc::Receiver<String>,
}

/// Starts `command`, gives it `stdin` and collects its output in the background.
#[track_caller]
pub fn start(mut command: Command, stdin: &[u8]) -> Running {
    let line = describe(&command);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().unwrap_or_else(|e| panic!("cannot start `{line}`: {e}"));
    let mut pipe = child.stdin.take().expect("stdin is piped");
    let bytes = stdin.to_vec();
    thread::spawn(move || {
        // A child that ends without reading closes the pipe first: its exit code tells the rest.
        let _ = pipe.write_all(&bytes);
    });
    let stdout = collect(child.stdout.take().expect("stdout is piped"));
    let stderr = collect(child.stderr.take().expect("stderr is piped"));
    Running { child, command: line, started: Instant::now(), stdout, stderr }
}

/// Runs `command` to its end, at most for `limit`.
#[track_caller]
pub fn run(command: Command, stdin: &[u8], limit: Duration) -> Outcome {
    start(command, stdin).wait(limit)
}

impl Running {
    /// Sends a signal to the whole group, as a terminal does.
    pub fn signal(&self, signal: Signal) {
        // The group is gone when all of it has ended, and then there is nothing to signal.
        let _ = kill_process_group(self.group(), signal);
    }

    fn group(&self) -> Pid {
        let id = i32::try_from(self.child.id()).expect("a process id fits");
        Pid::from_raw(id).expect("a process id is not 0")
    }

    /// Waits for the end.
    #[track_caller]
    pub fn wait(mut self, limit: Duration) -> Outcome {
        let deadline = self.started + limit;
        let status = loop {
            match self.child.try_wait().expect("a child can be waited for") {
                Some(status) => break Some(status),
                None if Instant::now() > deadline => break None,
                None => thread::sleep(Duration::from_millis(10)),
            }
        };
        let took = self.started.elapsed();
        if status.is_none() {
            self.signal(Signal::KILL);
        }
        let (stdout, stderr) =
            (self.stdout.recv_timeout(PIPES_CLOSE_WITHIN), self.stderr.recv_timeout(PIPES_CLOSE_WITHIN));
        let held = stdout.is_err() || stderr.is_err();
        let outcome = Outcome {
            command: self.command.clone(),
            code: status.and_then(|s| s.code()),
            stdout: stdout.unwrap_or_default(),
            stderr: stderr.unwrap_or_default(),
            took,
        };
        assert!(status.is_some(), "it did not end within {limit:?}\n{outcome}");
        assert!(!held, "it ended, but something that it started keeps its stdout or stderr open\n{outcome}");
        outcome
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal(Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        // Nobody listens any more when the test has failed already.
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receive
}

fn describe(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&arg.to_string_lossy());
    }
    line
}
