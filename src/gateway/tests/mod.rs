mod door;
mod exchange;
mod rig;
