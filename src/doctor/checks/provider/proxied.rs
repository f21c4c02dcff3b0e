//! A proxy on the way to a provider.

use url::Url;

use crate::doctor::Finding;
use crate::launch::Proxy;
use crate::probe::{ProbeError, ProxySays, ask_proxy};

use super::asked::Asked;

/// What the proxy has to do with it that no answer came; nothing when it is not to blame.
pub fn of_error(asked: &Asked<'_>, proxy: &Proxy, error: &ProbeError) -> Option<Finding> {
    if !matches!(
        error,
        ProbeError::Proxy { .. }
            | ProbeError::Unreachable { .. }
            | ProbeError::NoSuchHost { .. }
            | ProbeError::Timeout { .. }
    ) {
        return None;
    }
    let url = Url::parse(asked.base_url).ok()?;
    let host = url.host_str()?;
    let target = format!("{host}:{}", url.port_or_known_default()?);
    let (name, port) = proxy.address();
    let is_tunnel = url.scheme() == "https" && proxy.is_plain_http();
    let says = ask_proxy((name, port), proxy.authorization.as_ref(), is_tunnel.then_some(target.as_str()));
    let status = match (&says, error) {
        (ProxySays::Status(status), _) => Some(*status),
        (ProxySays::Something, ProbeError::Proxy { why, .. }) if why.contains("407") || why.contains("authoriz") => {
            Some(407)
        }
        _ => None,
    };
    let (id, variable) = (asked.id, proxy.variable);
    let at = format!("`{name}:{port}`, which `{variable}` names");
    let without = || format!("or, where none is needed: `unset {}`", asked.proxies.join(" "));
    let (what, say) = match (&says, status) {
        (ProxySays::NoSuchHost, _) => (
            format!("there is no host `{name}`, which `{variable}` names as the proxy on the way to `{id}`"),
            format!("write its true name into `{variable}`, {}", without()),
        ),
        (ProxySays::Nothing(_), _) => (
            format!("nobody answers at the proxy {at}, on the way to `{id}`"),
            format!("start it, or write its true address into `{variable}`, {}", without()),
        ),
        (_, Some(407)) if proxy.authorization.is_some() => (
            format!("the proxy {at}, refuses the user name and password in it"),
            format!(
                "set them anew: `export {variable}=http://USER:PASSWORD@{name}:{port}`, each special character as `%` and its code"
            ),
        ),
        (_, Some(407)) => (
            format!("the proxy {at}, wants a user name and a password"),
            format!(
                "give them: `export {variable}=http://USER:PASSWORD@{name}:{port}`, each special character as `%` and its code"
            ),
        ),
        (_, Some(status @ (502..=504))) => (
            format!("the proxy {at}, cannot reach `{host}`: status {status}"),
            format!("look at the spelling of `{host}`; else ask whoever runs the proxy"),
        ),
        (_, Some(status)) if status >= 300 => (
            format!("the proxy {at}, does not let `{id}` through: status {status}"),
            format!("ask whoever runs the proxy to let `{host}` through"),
        ),
        _ => return None,
    };
    let finding = Finding::broken("provider-proxy", what).saw(format!("asked `{id}` at {}", asked.base_url));
    let finding = match says {
        ProxySays::Nothing(why) => finding.saw(why),
        _ => finding,
    };
    let is_variable = matches!(status, None | Some(407));
    Some(if asked.is_behind_gateway() && is_variable {
        finding.say(format!("{say}{}", super::refusal::RESTART))
    } else if asked.is_behind_gateway() {
        finding.say(say)
    } else {
        finding.saw(super::refusal::WAITS).say(say)
    })
}
