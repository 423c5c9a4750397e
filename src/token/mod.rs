//! Who may ask: the gate before the three routes, and the signing keys behind it.
