//! Keys, certificates and .p12 files for tests, made on the spot: invented holders, no real keys.
