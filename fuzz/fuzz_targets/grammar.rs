#![no_main]
//! `cargo +nightly fuzz run grammar`

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| postern_fuzz::grammar(bytes));
