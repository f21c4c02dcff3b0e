//! Runs a program that has to end soon and takes what it says.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Most output that is taken, in bytes: Codex's own catalogue is under half a megabyte.
const OUTPUT_LIMIT: u64 = 16 << 20;

/// Standard output of a command that gets no input and has to succeed within `limit`; what went wrong, in words,
/// otherwise.
pub(super) fn bounded_output(command: &mut Command, limit: Duration) -> Result<Vec<u8>, String> {
    let started = Instant::now();
    let mut child = spawn(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let pipe = child.stdout.take();
    match ended(&mut child, pipe, started, limit)? {
        (status, output) if status.success() => Ok(output),
        (status, _) => Err(format!("it ended with {status}")),
    }
}

/// How a command that gets no input ended within `limit`, and what it said on standard error.
pub(super) fn bounded_words(command: &mut Command, limit: Duration) -> Result<(ExitStatus, String), String> {
    let started = Instant::now();
    let mut child = spawn(command.stdout(Stdio::null()).stderr(Stdio::piped()))?;
    let pipe = child.stderr.take();
    let (status, words) = ended(&mut child, pipe, started, limit)?;
    Ok((status, String::from_utf8_lossy(&words).into_owned()))
}

/// How a command that gets no input ended within `limit`, what it said, and what it said on standard error.
///
/// # Errors
/// When it cannot be started or does not end in time, in words.
pub fn bounded_all(command: &mut Command, limit: Duration) -> Result<(ExitStatus, String, String), String> {
    let started = Instant::now();
    let mut child = spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    // Read on the side: a full pipe would keep the child from ending.
    let words = child.stderr.take().map(|pipe| {
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            let mut out = Vec::new();
            // Nobody listens any more when the time has run out.
            let _ = pipe.take(OUTPUT_LIMIT).read_to_end(&mut out);
            let _ = send.send(out);
        });
        receive
    });
    let pipe = child.stdout.take();
    let (status, output) = ended(&mut child, pipe, started, limit)?;
    let left = limit.saturating_sub(started.elapsed());
    let words = words.and_then(|words| words.recv_timeout(left).ok()).unwrap_or_default();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok((status, text(output), text(words)))
}

fn spawn(command: &mut Command) -> Result<Child, String> {
    command.stdin(Stdio::null()).spawn().map_err(|e| e.to_string())
}

/// Waits for the end, and makes one when the time is up.
fn ended(
    child: &mut Child,
    pipe: Option<impl Read + Send + 'static>,
    started: Instant,
    limit: Duration,
) -> Result<(ExitStatus, Vec<u8>), String> {
    let result = ended_within(child, pipe, started, limit);
    if result.is_err() {
        // It may have ended by itself, which is as good.
        let _ = child.kill();
        let _ = child.wait();
    }
    result
}

fn ended_within(
    child: &mut Child,
    pipe: Option<impl Read + Send + 'static>,
    started: Instant,
    limit: Duration,
) -> Result<(ExitStatus, Vec<u8>), String> {
    let too_late = || format!("it did not end within {} s", limit.as_secs());
    let pipe = pipe.ok_or("it has no output")?;
    let (send, receive) = mpsc::channel();
    // On a thread of its own, and not waited for: a child of the child may hold the pipe open for ever.
    std::thread::Builder::new()
        .spawn(move || {
            let mut out = Vec::new();
            // Nobody listens any more when the time has run out.
            let _ = send.send(pipe.take(OUTPUT_LIMIT).read_to_end(&mut out).map(|_| out));
        })
        .map_err(|e| e.to_string())?;
    let output = receive.recv_timeout(limit).map_err(|_| too_late())?.map_err(|e| e.to_string())?;
    loop {
        match child.try_wait().map_err(|e| e.to_string())? {
            Some(status) => return Ok((status, output)),
            None if started.elapsed() > limit => return Err(too_late()),
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_does_not_end_is_left() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "exec sleep 60"]);
        let error = bounded_output(&mut command, Duration::from_millis(50)).expect_err("too late");
        assert!(error.contains("did not end"), "{error}");
    }

    #[test]
    fn words_come_with_the_way_it_ended() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let (status, words) = bounded_words(&mut command, Duration::from_secs(60)).expect("it ends");
        assert_eq!((status.code(), words.as_str()), (Some(3), "err\n"));
    }
}
