//! `codexgw doctor`: names what is wrong in words that a person understands, shows what was measured, and says the
//! command that mends it.
//!
//! A check is a small file under `checks/` with a stable id. It looks at the [`World`], which was read once, and gives
//! back [`Finding`]s. The checks run side by side, each bounded; a finding may carry a [`Fix`], which
//! [`apply`] carries out. Nothing here writes anything but a fix.

mod bundle;
mod checks;
mod credential;
mod explain;
mod finding;
mod fix;
mod merge;
mod placeholder;
mod run;
mod scope;
mod table;
mod turn;
mod world;

pub use bundle::{bundle, save};
pub use checks::CHECKS;
pub use credential::CredentialCommand;
pub use explain::{Explanation, explain};
pub use finding::{Finding, Severity};
pub use fix::{Fix, apply, typed};
pub use run::{Report, examine};
pub use table::{ProviderTable, template_at};
pub use turn::turn;
pub use world::{Choice, NO_KEYRING, Question, Subject, World};

use std::time::Duration;

/// Longest time that all checks together may take.
pub const TIME_LIMIT: Duration = Duration::from_secs(10);

/// One thing that is looked at.
#[derive(serde::Serialize)]
pub struct Check {
    /// Its stable name.
    pub id: &'static str,
    /// What it looks at, in one line.
    pub about: &'static str,
    /// Whether it asks somebody over the network.
    pub is_online: bool,
    /// Looks.
    #[serde(skip)]
    pub look: fn(&World) -> Vec<Finding>,
}

impl Check {
    /// Whether an id names this check, or one of its findings.
    #[must_use]
    pub fn yields(&self, id: &str) -> bool {
        id == self.id || id.strip_prefix(self.id).is_some_and(|rest| rest.starts_with('-'))
    }
}
