//! Codex's version, and what each version can do (codex-facts 8, bisected by behaviour).

use std::fmt;
use std::str::FromStr;

/// A version of Codex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// The oldest that we serve: the first with profile files.
    pub const OLDEST: Self = Self { major: 0, minor: 134, patch: 0 };

    /// Whether it has the background server and the flag that keeps a run away from it.
    #[must_use]
    pub fn has_no_daemon(self) -> bool {
        self >= Self { major: 0, minor: 156, patch: 0 }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = ();

    /// Reads `0.169.0`, also with a pre-release tail (`0.170.0-alpha.1`), which counts as the release.
    fn from_str(text: &str) -> Result<Self, ()> {
        let core = text.split(['-', '+']).next().unwrap_or_default();
        let mut parts = core.split('.').map(str::parse::<u32>);
        let mut next = || parts.next().and_then(Result::ok).ok_or(());
        Ok(Self { major: next()?, minor: next()?, patch: next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_read_and_compared_by_number() {
        let version = |text: &str| text.parse::<Version>().expect("a version");
        assert!(version("0.99.0") < Version::OLDEST);
        assert!(version("0.134.0-alpha.2") >= Version::OLDEST);
        assert!(!version("0.155.1").has_no_daemon());
        assert!(version("0.156.0").has_no_daemon());
        assert_eq!(version("0.169.0").to_string(), "0.169.0");
        for odd in ["", "0.1", "x.y.z", "1.2.x"] {
            assert!(odd.parse::<Version>().is_err(), "{odd}");
        }
    }
}
