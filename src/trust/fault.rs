//! What is wrong with a certificate, read from the words of the TLS library.

use jiff::Timestamp;

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nobody whom this system trusts has issued it.
    Untrusted,
    /// It has signed itself and is an authority's, which TLS libraries take for no server's, trusted or not.
    Authority,
    /// It is for other hosts.
    WrongName {
        /// Those that it is for.
        names: Vec<String>,
    },
    /// Its time is over.
    Expired {
        /// When it was.
        until: Option<Timestamp>,
    },
    /// Its time has not come.
    NotYet {
        /// When it comes.
        from: Option<Timestamp>,
    },
    /// What answers speaks no TLS.
    NoTls,
}

impl Fault {
    /// What the words of the TLS library mean, when they are about one of these.
    #[must_use]
    pub fn of(words: &str) -> Option<Self> {
        let has = |text: &str| words.contains(text);
        Some(if has("CaUsedAsEndEntity") {
            Self::Authority
        } else if has("UnknownIssuer") || has("BadSignature") {
            // The latter where somebody who is trusted has its issuer's name.
            Self::Untrusted
        } else if has("not valid for name") || has("NotValidForName") {
            Self::WrongName { names: names(words) }
        } else if has("certificate expired") || has("Expired") {
            Self::Expired { until: seconds(words, "not valid after ") }
        } else if has("not valid yet") || has("NotValidYet") {
            Self::NotYet { from: seconds(words, "not valid before ") }
        } else if has("InvalidContentType") || has("handshake eof") || has("corrupt message") {
            Self::NoTls
        } else {
            return None;
        })
    }

    /// In words for a person.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Untrusted => "the issuer of its certificate is not trusted on this system".to_owned(),
            Self::Authority => {
                "its certificate has signed itself and is an authority's, which is taken for no server's".to_owned()
            }
            Self::WrongName { names } if names.is_empty() => "its certificate is for another host".to_owned(),
            Self::WrongName { names } => format!("its certificate is for {}, not for this host", ticked(names)),
            Self::Expired { until: Some(until) } => format!("its certificate expired on {}", day(*until)),
            Self::Expired { until: None } => "its certificate has expired".to_owned(),
            Self::NotYet { from: Some(from) } => format!("its certificate is not valid before {}", day(*from)),
            Self::NotYet { from: None } => "its certificate is not valid yet".to_owned(),
            Self::NoTls => "it answers, but not in TLS".to_owned(),
        }
    }

    /// Whether a wrong clock of this machine looks the same.
    #[must_use]
    pub const fn may_be_the_clock(&self) -> bool {
        matches!(self, Self::Expired { .. } | Self::NotYet { .. })
    }

    /// What mends it at a server, and for whoever asks it.
    #[must_use]
    pub fn remedy(&self, host: &str) -> String {
        let variable = super::VARIABLE;
        match self {
            Self::Untrusted => format!(
                "where it is your company's or your own, name it to Codex and codexgw: \
                 `export {variable}=/path/to/company.pem`"
            ),
            Self::Authority => format!(
                "make the server one that is no authority's, \
                 `openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 365 -subj /CN={host} \
                 -addext subjectAltName={}:{host} -addext basicConstraints=critical,CA:FALSE`, \
                 and name it: `export {variable}=$PWD/cert.pem`",
                if host.parse::<std::net::IpAddr>().is_ok() { "IP" } else { "DNS" }
            ),
            Self::WrongName { .. } => "name the host as its certificate does, or give it one for this name".to_owned(),
            Self::Expired { .. } => {
                "see whether this machine's clock is right: `date`; if it is, the server needs a new certificate"
                    .to_owned()
            }
            Self::NotYet { .. } => {
                "see whether this machine's clock is right: `date`; if it is, the server's certificate is for later"
                    .to_owned()
            }
            Self::NoTls => "the port speaks no TLS: write `http://` if you trust the network".to_owned(),
        }
    }
}

/// The day and time of day, in UTC.
fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The number behind these words, as a time.
fn seconds(words: &str, before: &str) -> Option<Timestamp> {
    // Our own words may stand before the library's.
    let (_, rest) = words.rsplit_once(before)?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Timestamp::from_second(digits.parse().ok()?).ok()
}

/// The hosts that a certificate is for: `DnsName("a.example")`, `IpAddress(…)`, or the bare names.
fn names(words: &str) -> Vec<String> {
    let Some((_, rest)) = words.split_once("only valid for") else { return Vec::new() };
    let quoted = rest.split('"').skip(1).step_by(2).map(str::to_owned);
    let mut names: Vec<String> = quoted.collect();
    names.dedup();
    names
}

fn ticked(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_words_of_its_own() {
        for (said, words) in [
            ("invalid peer certificate: UnknownIssuer", "the issuer of its certificate is not trusted on this system"),
            (
                "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
                "its certificate has signed itself and is an authority's, which is taken for no server's",
            ),
            (
                "invalid peer certificate: certificate not valid for name \"127.0.0.1\"; certificate is only valid for \
                 DnsName(\"other.example\")",
                "its certificate is for `other.example`, not for this host",
            ),
            (
                "invalid peer certificate: certificate expired: verified at 1795296000 (UNIX), certificate is not valid \
                 after 1735689600 (59606400 seconds ago)",
                "its certificate expired on 2025-01-01 00:00 UTC",
            ),
            (
                "invalid peer certificate: certificate not valid yet: verified at 1795296000 (UNIX), certificate is not \
                 valid before 1893456000 (98160000 seconds in future)",
                "its certificate is not valid before 2030-01-01 00:00 UTC",
            ),
            ("received corrupt message of type InvalidContentType", "it answers, but not in TLS"),
        ] {
            assert_eq!(Fault::of(said).map(|fault| fault.words()).as_deref(), Some(words), "{said}");
        }
        let early =
            "its certificate is not valid before 2030-01-01 (certificate is not valid before 1893456000 (9 seconds))";
        let early = Fault::of(&format!("{early}: certificate not valid yet"));
        assert!(early.is_some_and(|fault| fault.words().contains("2030-01-01 00:00")));
        assert_eq!(Fault::of("connection reset by peer"), None);
    }
}
