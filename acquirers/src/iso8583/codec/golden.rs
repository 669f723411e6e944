//! Messages written out by hand, byte for byte.

use super::*;

fn message(mti: &[u8; 4], fields: &[(u8, &str)]) -> Message {
    let mut message = Message::new(Mti::new(mti));
    for (field, value) in fields {
        message.set(*field, value).unwrap();
    }
    message
}

fn same(profile: &Profile, bytes: &str, message: &Message) {
    let bytes: String = bytes.split_whitespace().collect();
    let bytes = hex::decode(bytes).unwrap();
    assert_eq!(hex::encode(&*encode(message, profile)), hex::encode(&bytes), "{message:?}");
    assert_eq!(&decode(&bytes, profile).unwrap(), message);
}

#[test]
fn the_vector_of_the_jpos_programmers_guide() {
    let expected = message(b"0800", &[(3, "000000"), (11, "000001"), (41, "29110001")]);
    same(&Profile::BCD, "080020200000008000000000000000013239313130303031", &expected);
}

#[test]
fn packed_messages_of_each_type() {
    let sign_on = message(b"0800", &[(7, "1124093000"), (11, "000002"), (70, "001")]);
    same(&Profile::BCD, "0800 8220000000000000 0400000000000000 1124093000 000002 0001", &sign_on);

    let authorization = message(
        b"0100",
        &[
            (2, "378282246310005"),
            (3, "000000"),
            (4, "000000004990"),
            (7, "1124093000"),
            (11, "000123"),
            (14, "3012"),
            (22, "012"),
            (25, "59"),
            (37, "7Z3Q0ABCDEFG"),
            (41, "TERM0001"),
            (42, "MERCHANT0000001"),
            (48, "9204 1234"),
            (49, "978"),
        ],
    );
    same(
        &Profile::BCD,
        "0100 7224048008C18000 15 0378282246310005 000000 000000004990 1124093000 000123 3012 0012 59
         375A33513041424344454647 5445524D30303031 4D45524348414E5430303030303031
         0009 393230342031323334 393738",
        &authorization,
    );

    let answer = message(b"0110", &[(11, "000123"), (38, "A1B2C3"), (39, "00"), (41, "TERM0001")]);
    same(&Profile::BCD, "0110 0020000006800000 000123 413142324333 3030 5445524D30303031", &answer);

    let purchase = message(b"0200", &[(4, "000000000001"), (35, "42=3012"), (39, "00")]);
    same(&Profile::BCD, "0200 1000000022000000 000000000001 07 042D3012 3030", &purchase);
    same(&Profile::BCD, "0210 0020000002000000 000001 3531", &message(b"0210", &[(11, "000001"), (39, "51")]));

    let original = "020000012311240930000000012345600000000000";
    let advice = message(b"0220", &[(4, "000000000500"), (11, "000124"), (38, "A1B2C3"), (90, original)]);
    let tail = "0000004000000000 000000000500 000124 413142324333 020000012311240930000000012345600000000000";
    same(&Profile::BCD, &format!("0220 9020000004000000 {tail}"), &advice);
    let repeat = message(b"0221", &[(4, "000000000500"), (11, "000124"), (38, "A1B2C3"), (90, original)]);
    same(&Profile::BCD, &format!("0221 9020000004000000 {tail}"), &repeat);
    same(&Profile::BCD, "0230 0020000002000000 000124 3030", &message(b"0230", &[(11, "000124"), (39, "00")]));

    let void = message(b"0400", &[(11, "000125"), (28, "D00000100"), (90, original)]);
    same(
        &Profile::BCD,
        "0400 8020001000000000 0000004000000000 000125 44 00000100 020000012311240930000000012345600000000000",
        &void,
    );
    same(&Profile::BCD, "0410 0020000002000000 000125 3030", &message(b"0410", &[(11, "000125"), (39, "00")]));
    for (mti, written) in [(b"0420", "0420"), (b"0421", "0421")] {
        let undo = message(mti, &[(11, "000126"), (32, "12345"), (90, original)]);
        let tail = "0000004000000000 000126 05 012345 020000012311240930000000012345600000000000";
        same(&Profile::BCD, &format!("{written} 8020000100000000 {tail}"), &undo);
    }
    same(&Profile::BCD, "0430 0020000002000000 000126 3235", &message(b"0430", &[(11, "000126"), (39, "25")]));
    let echo = message(b"0810", &[(11, "000003"), (39, "00"), (70, "301")]);
    same(&Profile::BCD, "0810 8020000002000000 0400000000000000 000003 3030 0301", &echo);
}

#[test]
fn printable_messages() {
    let text = |text: &str| hex::encode(text);
    let authorization =
        message(b"0100", &[(2, "378282246310005"), (3, "000000"), (11, "000123"), (22, "012"), (48, "9203123")]);
    same(&Profile::ASCII, &text("01006020040000010000153782822463100050000000001230120079203123"), &authorization);
    let echo = message(b"0800", &[(11, "000001"), (70, "301")]);
    same(&Profile::ASCII, &text("080080200000000000000400000000000000000001301"), &echo);
    let mut pin = message(b"0200", &[(11, "000001")]);
    pin.set(52, [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]).unwrap();
    same(&Profile::ASCII, &text("020000200000000010000000010123456789ABCDEF"), &pin);
}

#[test]
fn errors_name_the_part_and_where_it_begins() {
    let fault = |hex_text: &str| {
        let bytes = hex::decode(hex_text.split_whitespace().collect::<String>()).unwrap();
        decode(&bytes, &Profile::BCD).unwrap_err().to_string()
    };
    assert_eq!(fault(""), "the message type at byte 0: the message ends inside it");
    assert_eq!(fault("0A00"), "the message type at byte 0: a character that it may not have");
    assert_eq!(fault("0800 2020"), "bitmap 1 at byte 2: the message ends inside it");
    assert_eq!(fault("0800 8000000000000000 01"), "bitmap 2 at byte 10: the message ends inside it");
    assert_eq!(fault("0800 8000000000000000 8000000000000000"), "field 65 at byte 18: there is no such field");
    assert_eq!(fault("0800 0020000000000000 00000F"), "field 11 at byte 10: a character that it may not have");
    assert_eq!(fault("0100 4000000000000000 20"), "field 2 at byte 10: a length of 20 is too long");
    assert_eq!(fault("0100 4000000000000000 A0"), "field 2 at byte 10: its length is no number");
    assert_eq!(fault("0100 4000000000000000 03 1234"), "field 2 at byte 10: a character that it may not have");
    assert_eq!(fault("0800 0020000000000000 000001 00"), "the end at byte 13: there are bytes behind the last field");
}

#[test]
fn a_code_is_checked_over_everything_before_it() {
    let key = MacKey::from_hex(
        crate::iso8583::mac::MacAlgorithm::X919,
        &aviso_core::secret::Secret::new("0123456789ABCDEFFEDCBA9876543210"),
    )
    .unwrap();
    for (mti, fields, mac_field) in
        [(b"0110", vec![(11, "000001"), (39, "00")], 64), (b"0810", vec![(11, "000001"), (70, "301")], 128)]
    {
        let plain = message(mti, &fields);
        for profile in [Profile::ASCII, Profile::BCD] {
            let sealed = seal(&plain, &profile, &key);
            assert_eq!(open(&sealed, &profile, &key).unwrap(), plain);
            assert!(decode(&sealed, &profile).unwrap().bytes(mac_field).is_some());
            // Field 11's last digit, then the code's own.
            for at in [sealed.len() - 1, 20] {
                let mut forged = sealed.to_vec();
                forged[at] ^= 1;
                assert!(open(&forged, &profile, &key).is_err(), "byte {at}");
            }
            assert_eq!(open(&encode(&plain, &profile), &profile, &key), Err(OpenError::NoMac(mac_field)));
        }
    }
}
