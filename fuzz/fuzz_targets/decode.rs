//! Any bytes are a message or an error, and a message is written as it was read.

#![no_main]

use aviso_acquirers::iso8583::codec::{decode, encode};
use aviso_acquirers::iso8583::profile::Profile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for profile in [Profile::ASCII, Profile::BCD] {
        if let Ok(message) = decode(data, &profile) {
            assert!(encode(&message, &profile).eq_ignore_ascii_case(data));
        }
    }
});
