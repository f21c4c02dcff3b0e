//! The house itself: its rooms, and what its papers say of it.

mod architecture;
mod readme;
