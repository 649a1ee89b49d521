#![no_main]
//! `cargo +nightly fuzz run damaged`

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| postern_fuzz::damaged(bytes));
