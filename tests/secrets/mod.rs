//! Keys stay where they belong: not one of them anywhere else, whatever is typed, however many type at once.

mod canary;
mod crowd;
mod keyring;
mod kills;
