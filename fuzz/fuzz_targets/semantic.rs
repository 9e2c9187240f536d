#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| vanguard_fuzz::run("semantic", input));
