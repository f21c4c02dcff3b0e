//! Looks into the Secret Service before its library does: the library waits for a person to unlock what is locked,
//! and cannot tell why it failed.

use std::collections::HashMap;

use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::OwnedObjectPath;

use super::Trouble;

const SERVICE: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";

/// Whether a secret can be read without anybody being asked; tells whether there is one of that name.
pub fn readable(service: &str, name: &str) -> Result<bool, Trouble> {
    let bus = connect()?;
    let attributes = HashMap::from([("service", service), ("username", name)]);
    let (open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
        root(&bus)?.call("SearchItems", &(attributes,)).map_err(failed)?;
    if !locked.is_empty() {
        return Err(Trouble::Locked);
    }
    match open.len() {
        // Some services do not look into what is locked, so an absent entry may only be out of sight.
        0 if default_collection_is_locked(&bus)? => Err(Trouble::Locked),
        0 => Ok(false),
        1 => Ok(true),
        count => Err(Trouble::Several(count)),
    }
}

/// Whether a secret could be stored, if only the person unlocks what is locked.
pub fn writable() -> Result<(), Trouble> {
    let bus = connect()?;
    default_collection(&bus)?.map(|_| ()).ok_or(Trouble::NoCollection)
}

/// A bus on which somebody keeps secrets, or would be started to.
fn connect() -> Result<Connection, Trouble> {
    let bus = Connection::session().map_err(|e| Trouble::NoBus(e.to_string()))?;
    let dbus = Proxy::new(&bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus");
    let there = dbus.and_then(|dbus| {
        if dbus.call::<_, _, bool>("NameHasOwner", &SERVICE)? {
            return Ok(true);
        }
        let activatable: Vec<String> = dbus.call("ListActivatableNames", &())?;
        Ok(activatable.iter().any(|name| name == SERVICE))
    });
    if there.map_err(failed)? { Ok(bus) } else { Err(Trouble::NoService) }
}

fn root(bus: &Connection) -> Result<Proxy<'static>, Trouble> {
    Proxy::new(bus, SERVICE, ROOT, "org.freedesktop.Secret.Service").map_err(failed)
}

/// Where new secrets go; none under WSL, or before a person's first login to a desktop.
fn default_collection(bus: &Connection) -> Result<Option<OwnedObjectPath>, Trouble> {
    let path: OwnedObjectPath = root(bus)?.call("ReadAlias", &"default").map_err(failed)?;
    Ok((path.as_str() != "/").then_some(path))
}

fn default_collection_is_locked(bus: &Connection) -> Result<bool, Trouble> {
    let Some(path) = default_collection(bus)? else { return Ok(false) };
    Proxy::new(bus, SERVICE, path, "org.freedesktop.Secret.Collection")
        .and_then(|collection| collection.get_property("Locked"))
        .map_err(failed)
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn failed(error: zbus::Error) -> Trouble {
    if let zbus::Error::MethodError(name, ..) = &error
        && name.as_str() == "org.freedesktop.DBus.Error.ServiceUnknown"
    {
        return Trouble::NoService;
    }
    Trouble::Failed(error.to_string())
}
