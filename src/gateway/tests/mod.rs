mod breaks;
mod dialect;
mod door;
mod exchange;
mod refusals;
mod rig;
mod stage;
