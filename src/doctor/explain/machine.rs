//! What the system and the network say through Codex, or before it can start.

use super::{DOCTOR, Message, message};

const TLS: &str = "the certificate is not trusted here: a company's proxy puts its own in place, or it has expired, or the clock is wrong";
const CERTIFICATE: &str =
    "have the company's certificate installed in the system's store; `codexgw doctor PROVIDER` shows whose it is";
const NAME: &str =
    "the host's name does not resolve: a misspelt `base_url`, no network, or a name that only a VPN knows";
const SPELLING: &str = "`codexgw doctor PROVIDER`; the address: `codexgw config show`";
const NOBODY: &str = "nobody listens at that address: the server is not started, or has another port";
const START: &str = "start it, then `codexgw doctor PROVIDER`; the gateway: `codexgw gateway status`";
const SANDBOX: &str = "the system does not let Codex's sandbox work; in a container or under AppArmor that is usual";
const UNSANDBOXED: &str =
    "allow user namespaces, or, in a container that protects by itself, `codex --sandbox danger-full-access`";
const PROXY: &str = "the proxy on the way wants a user name and a password, or does not let this host through";
const NO_PROXY: &str = "name them in `HTTPS_PROXY`, or pass it by: `export NO_PROXY=HOST`";

pub const MESSAGES: &[Message] = &[
    message("certificate", &["invalid peer certificate"], TLS, CERTIFICATE),
    message("certificate", &["certificate verify failed"], TLS, CERTIFICATE),
    message("certificate", &["self signed certificate"], TLS, CERTIFICATE),
    message("certificate", &["self-signed certificate"], TLS, CERTIFICATE),
    message("certificate", &["unable to get local issuer certificate"], TLS, CERTIFICATE),
    message("certificate", &["certificate has expired"], TLS, CERTIFICATE),
    message("certificate", &["issuer of its certificate is not trusted"], TLS, CERTIFICATE),
    message(
        "no-tls",
        &["tls handshake eof"],
        "the other side hangs up on an encrypted connection: the port speaks plain HTTP, or a proxy cuts it",
        "a server of your own: `http://` in its address; else `codexgw doctor PROVIDER`",
    ),
    message("no-such-host", &["failed to lookup address information"], NAME, SPELLING),
    message("no-such-host", &["name or service not known"], NAME, SPELLING),
    message("no-such-host", &["could not resolve host"], NAME, SPELLING),
    message("refused-connection", &["connection refused"], NOBODY, START),
    message(
        "silent-host",
        &["tcp connect error: deadline has elapsed"],
        "the host does not answer: a firewall, a VPN that is down, or the wrong address",
        DOCTOR,
    ),
    message("proxy", &["407 proxy authentication required"], PROXY, NO_PROXY),
    message("proxy", &["unexpected status 407"], PROXY, NO_PROXY),
    message("sandbox", &["bwrap: no permissions"], SANDBOX, UNSANDBOXED),
    message("sandbox", &["sandbox error: landlock"], SANDBOX, UNSANDBOXED),
    message(
        "old-system",
        &["glibc_", "not found"],
        "the program was built for a newer system than this one",
        "install the static build (`musl`), or Codex by npm: `npm install -g @openai/codex`",
    ),
    message(
        "no-keyring",
        &["org.freedesktop.secrets", "not provided"],
        "this system runs no keyring, as is usual on servers and in containers",
        "keep the key in a file that only you can read: `codexgw add PROVIDER --store file`",
    ),
];
