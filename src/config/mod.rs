//! Editing files that belong to others: read, locate, splice, verify, replace; backups and undo.
