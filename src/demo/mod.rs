//! The embedded default: the real Codex does a small task through the real gateway, on a scripted model inside this
//! program. It needs no key and no network provider, and touches nothing of the person's own.

mod model;
mod steps;
mod story;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::catalog::ModelFacts;
use crate::codex::{Codex, CodexHome, instructions};
use crate::error::{Error, Result};
use crate::gateway;
use crate::launch::{Launch, Selection, arguments, no_proxy_with_loopback};
use crate::settings::{Home, KeyStore, Provider, Road, Wire};
use crate::setup::{NewProvider, Setup, TokenCommand};

pub use steps::Step;

/// Longest time that the whole run may take.
const TIME_LIMIT: Duration = Duration::from_secs(180);

/// What came out.
pub struct Outcome {
    /// The file that Codex made.
    pub file: PathBuf,
    /// What is in it.
    pub content: String,
    /// The loopback port that the gateway used.
    pub port: u16,
}

/// The throw-away folders of one demo.
struct Stage {
    root: PathBuf,
    home: Home,
    codex_home: PathBuf,
    workspace: PathBuf,
}

impl Stage {
    fn build() -> Result<Self> {
        let failed = |e: std::io::Error| Error::fixable("cannot make the demo's folder").cause(e);
        let root = tempfile::Builder::new().prefix("codexgw-demo-").tempdir().map_err(failed)?.keep();
        let (codex_home, workspace) = (root.join("codex-home"), root.join("workspace"));
        fs_err::create_dir(&codex_home).map_err(failed)?;
        fs_err::create_dir(&workspace).map_err(failed)?;
        fs_err::write(workspace.join(story::GUESTS_FILE.0), story::GUESTS_FILE.1).map_err(failed)?;
        let home = Home::resolve(Some(&root.join("codexgw-home")))?;
        Ok(Self { root, home, codex_home, workspace })
    }

    /// Stops the gateway and removes everything but the workspace, which the person may want to look at.
    fn clear(&self) {
        let _ = gateway::stop(&self.home);
        let _ = fs_err::remove_dir_all(&self.codex_home);
        let _ = fs_err::remove_dir_all(self.root.join("codexgw-home"));
    }
}

/// Runs the demo, telling each step as it happens.
///
/// # Errors
/// When a part of the way fails; says which.
pub fn run(codex: &Codex, tell: &mut dyn FnMut(Step)) -> Result<Outcome> {
    let stage = Stage::build()?;
    let outcome = play(codex, &stage, tell);
    stage.clear();
    outcome
}

fn play(codex: &Codex, stage: &Stage, tell: &mut dyn FnMut(Step)) -> Result<Outcome> {
    let base_url = model::start()?;
    let codex_home = CodexHome::at(&stage.codex_home);
    let mut setup = Setup::load(&stage.home, &codex_home)?;
    setup.add_provider(scripted_provider(base_url), &TokenCommand::of_this_program(&stage.home)?)?;
    setup.commit("demo")?;
    instructions::load(&stage.home, codex);
    let (running, _) = gateway::ensure(&stage.home)?;
    tell(Step::Ready { port: running.port, codex: codex.version.to_string() });

    let mut child = start_codex(codex, stage)?;
    let done = watch(&mut child, tell);
    let _ = child.kill();
    let _ = child.wait();
    done?;

    let file = stage.workspace.join(story::WELCOME_FILE.0);
    let content = fs_err::read_to_string(&file)
        .map_err(|e| Error::fixable("Codex ended without writing the file").cause(e).hint(REPORT))?;
    if content != story::WELCOME_FILE.1 {
        return Err(Error::fixable(format!("`{}` does not hold what it should", file.display()))
            .cause(format!("it holds {content:?}"))
            .hint(REPORT));
    }
    Ok(Outcome { file, content, port: running.port })
}

const REPORT: &str = "this is worth a bug report: add what `codexgw --version` and `codex --version` print";

fn scripted_provider(base_url: String) -> NewProvider {
    let facts = ModelFacts {
        name: Some("Scripted model".to_owned()),
        context: Some(64_000),
        images: Some(false),
        tools: Some(true),
        ..ModelFacts::default()
    };
    let provider = Provider {
        name: "Scripted model".to_owned(),
        template: None,
        base_url,
        road: Road::Gateway,
        wire: Wire::Chat,
        key: KeyStore::None,
        key_form: None,
        env_key: None,
        key_command: Vec::new(),
        headers: std::collections::BTreeMap::new(),
        secret_headers: Vec::new(),
        query: std::collections::BTreeMap::new(),
        quirks: None,
        safety: crate::settings::Safety::default(),
        model: story::MODEL.to_owned(),
        models: [(story::MODEL.to_owned(), facts)].into(),
    };
    NewProvider { id: "demo".to_owned(), provider, profile: "demo".to_owned() }
}

fn start_codex(codex: &Codex, stage: &Stage) -> Result<Child> {
    // The commands are those of our own script (one `cat`), so a sandbox would only add a way to fail on systems
    // that have none.
    let words = ["exec", "--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "-C"];
    let mut own: Vec<std::ffi::OsString> = words.iter().map(Into::into).collect();
    own.extend([stage.workspace.clone().into_os_string(), story::TASK.into()]);
    let selection = Selection::Profile { name: "demo".to_owned(), model: None };
    let args = arguments(&codex.version, &selection, &[], &own)?;
    let hosts = no_proxy_with_loopback(|name| std::env::var(name).ok());
    let env =
        [("CODEX_HOME", stage.codex_home.as_os_str()), ("NO_PROXY", hosts.as_ref()), ("no_proxy", hosts.as_ref())];
    let mut env = env.map(|(name, value)| (name.into(), value.to_os_string())).to_vec();
    let native = codex.native();
    env.extend(native.env);
    let launch = Launch { program: native.path, args, env };
    launch
        .command()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| Error::fixable(format!("cannot start `{}`", codex.path.display())).cause(e))
}

/// Follows Codex's own account of what it does until it ends.
fn watch(child: &mut Child, tell: &mut dyn FnMut(Step)) -> Result<()> {
    let missing = || Error::bug("codex was started without pipes");
    let stdout = child.stdout.take().ok_or_else(missing)?;
    let stderr = child.stderr.take().ok_or_else(missing)?;
    let errors = std::thread::spawn(move || std::io::read_to_string(stderr).unwrap_or_default());
    let (send, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    let started = std::time::Instant::now();
    let mut trouble = None;
    loop {
        match lines.recv_timeout(TIME_LIMIT.saturating_sub(started.elapsed())) {
            Ok(line) => match steps::read(&line) {
                Some(Step::Trouble(words)) => trouble = Some(words),
                Some(step) => tell(step),
                None => {}
            },
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                return Err(Error::fixable(format!("Codex did not end within {} s", TIME_LIMIT.as_secs())).hint(REPORT));
            }
        }
    }
    let status = child.wait().map_err(|e| Error::bug("cannot wait for codex").cause(e))?;
    if status.success() {
        return Ok(());
    }
    let said = errors.join().unwrap_or_default();
    let cause = trouble.unwrap_or_else(|| said.lines().last().unwrap_or_default().to_owned());
    Err(Error::fixable("Codex could not finish the task").cause(crate::ui::plain(&cause, 400)).hint(REPORT))
}

/// Finds a Codex for the demo by way of `npx`, which downloads it when it is not there yet.
///
/// # Errors
/// When there is no `npx`, or it fails.
pub fn codex_from_npx(home: &Home) -> Result<Codex> {
    let npx = which::which("npx").map_err(|_| {
        Error::fixable("cannot find `codex`, nor `npx` to fetch it with")
            .hint("install Node.js, then Codex: `npm install -g @openai/codex`")
    })?;
    let output = std::process::Command::new(npx)
        .args(["-y", "-p", "@openai/codex", "-c", "command -v codex"])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|e| Error::fixable("cannot start `npx`").cause(e))?;
    let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !output.status.success() || path.is_empty() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Error::fixable("`npx -y @openai/codex` failed")
            .cause(crate::ui::plain(&said, 400))
            .hint("install Codex yourself: `npm install -g @openai/codex`"));
    }
    Codex::at(home, Path::new(&path))
}
