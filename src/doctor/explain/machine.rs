//! What the machine says, or the way between it and the provider: certificates, names, proxies, the sandbox.

use super::{DOCTOR, Message, message};

pub const MESSAGES: &[Message] = &[
    message(
        "web-page",
        &["a web page titled", "a web page instead of an api answer"],
        "where an API was expected stands a web page: the base URL is not the API's, or a login or a portal is in front",
        "see which address answers: `codexgw doctor PROVIDER`",
    ),
    message(
        "proxy-login",
        &["proxy authentication required", "proxyauthenticationrequired"],
        "the proxy between you and the provider wants a name and a password; it is not the provider's key",
        "`export HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT`, then `codexgw doctor --only proxy`",
    ),
    message(
        "certificate-time",
        &[
            "certificate has expired",
            "certificate expired",
            "certificate is not valid yet",
            "certificate not valid yet",
            "certexpired",
            "notvalidyet",
            "invalid peer certificate: expired",
        ],
        "the provider's certificate is out of its time: it has run out, or this machine's clock is wrong",
        "look at the clock: `date`; set it: `sudo timedatectl set-ntp true`",
    ),
    message(
        "certificate-name",
        &["notvalidforname", "certificate not valid for name", "hostname mismatch"],
        "who answers has a certificate for another name: a wrong host in `base_url`, a captive portal, a proxy",
        "`codexgw doctor --only provider` says who answers",
    ),
    message(
        "certificate-unknown",
        &[
            "unknownissuer",
            "invalid peer certificate",
            "self signed certificate in certificate chain",
            "self-signed certificate",
            "self signed certificate",
            "unable to get local issuer certificate",
            "unable to verify the first certificate",
            "certificate verify failed",
        ],
        "the certificate of who answers is signed by nobody that this machine trusts: a company's proxy reads along, or \
         the server made it itself",
        "name your company's own certificate to Codex and codexgw: `export SSL_CERT_FILE=/path/to/company.pem`",
    ),
    message(
        "tls-broken",
        &[
            "tls handshake eof",
            "invalidcontenttype",
            "wrong version number",
            "tls handshake failure",
            "handshakefailure",
        ],
        "TLS did not come about: the server speaks plain HTTP there (`http://`, often on this machine), or something in \
         between breaks it off",
        "`codexgw doctor --only provider`; mend the address: `codexgw config edit`",
    ),
    message(
        "no-such-host",
        &[
            "failed to lookup address information",
            "name or service not known",
            "nodename nor servname provided",
            "temporary failure in name resolution",
            "no such host is known",
            "dns error",
        ],
        "nobody knows the host that `base_url` names: it is misspelt, or there is no network or no DNS",
        "`codexgw doctor --only provider`; mend the address: `codexgw config edit`",
    ),
    message(
        "nobody-listens",
        &["connection refused (os error", "connectionrefused", "^connection refused"],
        "nothing listens at this address: the server is not started, `base_url` has the wrong port, or the gateway is down",
        "start it, then `codexgw doctor`; of the gateway: `codexgw gateway status`",
    ),
    message(
        "connection-slow",
        &[
            "tcp connect error: deadline has elapsed",
            "^operation timed out",
            "connection timed out (os error",
            "operation timed out (os error",
        ],
        "the host does not answer: a firewall, a proxy that has to be named, or a server that is off",
        "`codexgw doctor --only provider`, and `codexgw doctor --only proxy`",
    ),
    message(
        "port-taken",
        &["address already in use (os error", "^address already in use", "only one usage of each socket address"],
        "another program has the port",
        "of the gateway: `codexgw gateway move`; who has it: `ss -ltnp`",
    ),
    message(
        "codex-missing",
        &[
            "codex: command not found",
            "codex: not found",
            "command not found: codex",
            "codex: no such file or directory",
        ],
        "there is no `codex` on the `PATH` of this shell",
        "`npm install -g @openai/codex`; then `codexgw doctor --only codex`",
    ),
    message(
        "codexgw-missing",
        &[
            "codexgw: command not found",
            "codexgw: not found",
            "command not found: codexgw",
            "codexgw: no such file or directory",
            "no such file or directory (os error 2): codexgw",
        ],
        "there is no `codexgw` on the `PATH` of what calls it; Codex calls it for each key",
        "call it by its whole path once, which mends where Codex looks for it: `/path/to/codexgw doctor --fix`",
    ),
    message(
        "sandbox-helper",
        &[
            "codex-linux-sandbox: not found",
            "codex-linux-sandbox * no such file",
            "missing codex-linux-sandbox executable",
            "codex-linux-sandbox executable not found",
        ],
        "the helper with which Codex locks commands up is missing from its installation",
        "install Codex anew: `npm install -g @openai/codex`",
    ),
    message(
        "sandbox-namespace",
        &[
            "no permissions to create new namespace",
            "no permissions to creating new namespace",
            "bwrap: creating new namespace failed",
            "bwrap: setting up uid map",
            "bwrap: loopback: failed rtm_newaddr",
            "bwrap: can't mount proc",
        ],
        "the system does not let Codex lock its commands up: Ubuntu since 24.04 and most containers forbid user \
         namespaces; it has nothing to do with the provider",
        "allow them: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`; in a container that locks up \
         enough itself: `codexgw run -- -s danger-full-access`",
    ),
    message(
        "sandbox-kernel",
        &["landlockrestrict", "sandbox * landlock", "landlock * not", "sandbox * seccomp", "seccomp * not"],
        "the kernel lacks what Codex locks its commands up with: an old one, WSL1, or a container",
        "in a container that locks up enough itself: `codexgw run -- -s danger-full-access`",
    ),
    message(
        "old-system",
        &["glibc_ * not found", "glibcxx_ * not found"],
        "the program was built for a newer system than this one",
        "take the build that needs nothing of the system: `npm install -g @openai/codex`; of codexgw the one named `musl`",
    ),
    message(
        "keyring",
        &["org.freedesktop.secrets", "no secret service", "secret service is not", "cannot autolaunch d-bus"],
        "there is no keyring here, as on a server or in a container",
        "`codexgw doctor` says where keys are kept then; or let the environment hold them: `codexgw add PROVIDER`",
    ),
    message(
        "disk-full",
        &["no space left on device (os error"],
        "the disk is full, so Codex can keep no session and no log",
        "`df -h \"$HOME\"`",
    ),
    message(
        "not-allowed-here",
        &[
            "^permission denied (os error 13)$",
            "codex_home * permission denied",
            ".codex * permission denied (os error 13)",
        ],
        "Codex may not read or write a file of its own, often since it once ran under `sudo`",
        "`sudo chown -R \"$USER\" ~/.codex`; `codexgw doctor --only codex-home` looks again",
    ),
    message(
        "session-unknown",
        &["no matching rollout found", "no rollout found for thread", "no saved session found"],
        "Codex finds no such session: it looks only among those of the provider that is in use",
        "choose the provider that it was made with: `codexgw use PROVIDER`; or name its id: `codex resume ID`",
    ),
    message(
        "connection-lost",
        &["connection reset by peer (os error", "broken pipe (os error", "unexpected end of file during"],
        "the connection broke: the server, a proxy or the network closed it",
        DOCTOR,
    ),
];
