//! The local gateway: listener, door, exchange, upstream client, lifecycle.
