//! Asks a provider what it really speaks.
