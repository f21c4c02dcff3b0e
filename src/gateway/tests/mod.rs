mod door;
mod exchange;
mod rig;
mod wires;
