//! Fuzz target `neon`; its body lies in `src/lib.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tollgate_fuzz::neon(data));
