//! Drives a terminal program in tmux, on a private socket.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::Sandbox;

/// How long a text may take to come onto the screen on a busy machine.
const APPEARS_WITHIN: Duration = Duration::from_mins(1);

/// What Codex's terminal UI shows once it takes a prompt.
pub const READY: &str = "Ask Codex to do anything";

/// A terminal of 130 × 45 with one program in it; ends with it.
pub struct Terminal<'a> {
    sandbox: &'a Sandbox,
    socket: String,
}

impl<'a> Terminal<'a> {
    /// Starts `line` (a shell command) in the workspace.
    #[track_caller]
    pub fn start(sandbox: &'a Sandbox, line: &str) -> Self {
        let socket = sandbox.path("run/tmux").display().to_string();
        let terminal = Self { sandbox, socket };
        // The shell stays after the program, so that its last words can still be read.
        // It outlives a Ctrl-C, too, which goes to all of the terminal.
        let line = format!("trap : INT; {line}; echo \"ended with $?\"; exec sleep 1000");
        terminal.tmux(&["-f", "/dev/null", "new-session", "-d", "-s", "t", "-x", "130", "-y", "45", &line]);
        terminal
    }

    /// Types text, literally.
    #[track_caller]
    pub fn write(&self, text: &str) {
        self.tmux(&["send-keys", "-t", "t", "-l", text]);
    }

    /// Presses a key by tmux's name for it (`Enter`, `Down`, `C-c`).
    #[track_caller]
    pub fn press(&self, key: &str) {
        self.tmux(&["send-keys", "-t", "t", key]);
    }

    /// Types a prompt and sends it once the screen shows it: an Enter that comes with the text counts as pasted.
    #[track_caller]
    pub fn submit(&self, text: &str) {
        self.write(text);
        self.wait_for(text);
        self.press("Enter");
    }

    /// What the terminal shows, with what has scrolled away.
    #[track_caller]
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J", "-S", "-500", "-t", "t"])
    }

    /// Waits until the screen shows `text` and gives the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_until(&format!("`{text}`"), |screen| screen.contains(text))
    }

    /// Waits until the screen is as wanted and gives the screen.
    #[track_caller]
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + APPEARS_WITHIN;
        loop {
            let screen = self.screen();
            if wanted(&screen) {
                return screen;
            }
            assert!(
                Instant::now() < deadline,
                "the screen does not show {what} within {APPEARS_WITHIN:?}; it shows\n{screen}"
            );
            thread::sleep(Duration::from_millis(100));
        }
    }

    #[track_caller]
    fn tmux(&self, args: &[&str]) -> String {
        let output = Command::new("tmux")
            .args(["-S", &self.socket])
            .args(args)
            .env_clear()
            .envs(self.sandbox.env())
            .current_dir(self.sandbox.work())
            .output()
            .unwrap_or_else(|e| panic!("these tests need tmux: {e}; run `tests/run`"));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "`tmux {}` failed: {told}", args.join(" "));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        let _ = Command::new("tmux").args(["-S", &self.socket, "kill-server"]).env_clear().output();
    }
}
