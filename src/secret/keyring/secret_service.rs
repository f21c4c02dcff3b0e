//! Looks whether the Secret Service can answer, before it is asked for a secret: its library would wait for a person
//! to unlock it, and cannot tell why it failed.

use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::OwnedObjectPath;

use super::{Access, Trouble};

const SERVICE: &str = "org.freedesktop.secrets";

/// Whether a secret can be read, or one can be stored.
pub fn ready(access: Access) -> Result<(), Trouble> {
    let bus = Connection::session().map_err(|e| Trouble::NoBus(e.to_string()))?;
    if !has_service(&bus).map_err(failed)? {
        return Err(Trouble::NoService);
    }
    if access == Access::Write {
        return Ok(());
    }
    let service = Proxy::new(&bus, SERVICE, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service");
    let default: OwnedObjectPath = service.and_then(|service| service.call("ReadAlias", &"default")).map_err(failed)?;
    if default.as_str() == "/" {
        // No collection yet, so there is nothing that could be locked.
        return Ok(());
    }
    let collection = Proxy::new(&bus, SERVICE, default, "org.freedesktop.Secret.Collection").map_err(failed)?;
    let locked: bool = collection.get_property("Locked").map_err(failed)?;
    if locked { Err(Trouble::Locked) } else { Ok(()) }
}

/// Whether somebody keeps secrets, or would be started to.
fn has_service(bus: &Connection) -> zbus::Result<bool> {
    let dbus = Proxy::new(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")?;
    if dbus.call::<_, _, bool>("NameHasOwner", &SERVICE)? {
        return Ok(true);
    }
    let activatable: Vec<String> = dbus.call("ListActivatableNames", &())?;
    Ok(activatable.iter().any(|name| name == SERVICE))
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn failed(error: zbus::Error) -> Trouble {
    Trouble::Failed(error.to_string())
}
