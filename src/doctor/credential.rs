//! The command with which Codex gets a provider's token, run as Codex runs it (codex-facts 2.2 and 2.3).

use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use toml_edit::{Array, Item, Value};

use crate::codex::bounded_all;
use crate::secret::Secret;
use crate::setup::GATEWAY_ID;

use super::{ProviderTable, World};

/// How long Codex 0.169.0 waits for `auth.command` when `timeout_ms` does not say.
const USUAL_LIMIT: Duration = Duration::from_millis(5000);

/// How it ended, what it printed, and what it said.
pub type Ran = Result<(ExitStatus, String, String), String>;

/// `auth`, or `gateway_oauth.credential_export`, of a provider's table.
pub struct CredentialCommand<'w> {
    /// The table.
    pub table: ProviderTable<'w>,
    /// The program as it is named.
    pub program: &'w str,
    /// Its arguments.
    pub args: Vec<&'w str>,
    /// The folder that is named for it, as Codex reads it: from the folder of the file.
    pub cwd: Option<PathBuf>,
    /// How long Codex waits; nothing when for ever.
    pub limit: Option<Duration>,
    /// Whether Codex goes on without a token when it gets none.
    pub fails_open: bool,
}

impl<'w> CredentialCommand<'w> {
    /// That of a table. One that Codex refuses to start with is none.
    #[must_use]
    pub fn of(table: ProviderTable<'w>) -> Option<Self> {
        let fails_open = table.has("auth");
        let found = Self { table, program: "", args: Vec::new(), cwd: None, limit: None, fails_open };
        let program = found.get("command").and_then(Item::as_str).filter(|program| !program.is_empty())?;
        let limit = match found.get("timeout_ms").and_then(Item::as_integer) {
            Some(ms) => Some(Duration::from_millis(u64::try_from(ms).ok().filter(|ms| *ms > 0)?)),
            None => fails_open.then_some(USUAL_LIMIT),
        };
        let args = found.get("args").and_then(Item::as_array).into_iter().flat_map(Array::iter);
        let folder = table.document.path().parent();
        let cwd = found.get("cwd").and_then(Item::as_str).zip(folder).map(|(dir, folder)| folder.join(dir));
        Some(Self { program, args: args.filter_map(Value::as_str).collect(), cwd, limit, ..found })
    }

    /// Where it stands in the file.
    #[must_use]
    pub fn path(&self, key: &'w str) -> Vec<&'w str> {
        let hook: &[&str] = if self.fails_open { &["auth"] } else { &["gateway_oauth", "credential_export"] };
        [&["model_providers", self.table.id][..], hook, &[key]].concat()
    }

    fn get(&self, key: &'w str) -> Option<&'w Item> {
        self.table.document.get(&self.path(key))
    }

    /// Whether it is our own `token` command.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        let id = self.table.id;
        self.args.ends_with(&["token", id]) || (id == GATEWAY_ID && self.args.contains(&"token"))
    }

    /// The program as the system finds it.
    #[must_use]
    pub fn file(&self, world: &World) -> PathBuf {
        if self.program.contains('/') { self.dir(world).join(self.program) } else { self.program.into() }
    }

    /// Where it runs.
    #[must_use]
    pub fn dir(&self, world: &World) -> PathBuf {
        self.cwd.clone().unwrap_or_else(|| world.cwd.clone())
    }

    /// Whether it is given less time here than by Codex.
    #[must_use]
    pub fn is_cut_short(&self, within: Duration) -> bool {
        self.limit.is_none_or(|limit| limit > within)
    }

    /// The time that it is given here.
    #[must_use]
    pub fn within(&self, world: &World) -> Duration {
        let left = world.time_left();
        self.limit.map_or(left, |limit| limit.min(left))
    }

    /// Runs it as Codex does.
    pub fn run(&self, world: &World) -> Ran {
        let mut command = Command::new(self.file(world));
        command.args(&self.args).current_dir(self.dir(world)).envs(&world.env);
        let ran = bounded_all(&mut command, self.within(world));
        if let Ok((_, token, _)) = &ran {
            // Known from here on to whatever prints.
            drop(Secret::new(token.trim().to_owned()));
        }
        ran
    }
}

/// The token among what it printed, when it is one.
#[must_use]
pub fn token(ran: &Ran) -> Option<Secret> {
    let (status, printed, _) = ran.as_ref().ok()?;
    let token = printed.trim();
    let is_one = status.success() && !token.is_empty() && !token.contains(['\n', '\r']);
    is_one.then(|| Secret::new(token.to_owned()))
}
