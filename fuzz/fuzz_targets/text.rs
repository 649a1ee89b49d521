#![no_main]
//! `cargo +nightly fuzz run text`

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| postern_fuzz::text(bytes));
