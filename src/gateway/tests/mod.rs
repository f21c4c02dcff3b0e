mod clients;
mod compaction;
mod door;
mod exchange;
mod losses;
mod rig;
mod wires;
