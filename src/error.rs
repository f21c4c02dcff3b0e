//! The one error type that crosses room boundaries.
//!
//! An [`Error`] says what went wrong in one line, why in further lines, and which command mends it. Its [`Kind`]
//! decides the exit code. Rooms that need to tell causes apart keep an enum of their own and convert it here.

use std::fmt;

/// What sort of trouble it is; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something the person can fix (exit code 1).
    Fixable,
    /// The command line itself is wrong (exit code 2).
    Usage,
    /// A doctor or probe run found problems (exit code 3).
    Found,
    /// The provider or the network (exit code 4).
    Upstream,
    /// The secret store (exit code 5).
    SecretStore,
    /// A bug of ours (exit code 70).
    Bug,
}

impl Kind {
    /// The process exit code that stands for this kind.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Fixable => 1,
            Self::Usage => 2,
            Self::Found => 3,
            Self::Upstream => 4,
            Self::SecretStore => 5,
            Self::Bug => 70,
        }
    }
}

/// An error for people: what, why, and the command that mends it.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

/// The result type of everything that can fail in front of a person.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of the given kind. `message` is lower case, without a trailing period, literals in backticks.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), causes: Vec::new(), hints: Vec::new() }
    }

    /// Something the person can fix.
    pub fn fixable(message: impl Into<String>) -> Self {
        Self::new(Kind::Fixable, message)
    }

    /// A wrong command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Trouble with the provider or the network.
    pub fn upstream(message: impl Into<String>) -> Self {
        Self::new(Kind::Upstream, message)
    }

    /// Trouble with the secret store.
    pub fn secret_store(message: impl Into<String>) -> Self {
        Self::new(Kind::SecretStore, message)
    }

    /// A bug of ours.
    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(Kind::Bug, message)
    }

    /// Adds a line that says why.
    #[must_use]
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds a hint; it holds a command in backticks wherever there is one.
    #[must_use]
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    /// What sort of trouble it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The first line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Why, outermost first.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to do.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.hints
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for cause in &self.causes {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
