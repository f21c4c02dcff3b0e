#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| codexgw_fuzz::request(bytes));
