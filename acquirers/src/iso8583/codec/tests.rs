//! What holds for every message and every input.

use super::*;
use crate::iso8583::dictionary::{Content, Format, Length};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const PROFILES: [Profile; 2] = [Profile::ASCII, Profile::BCD];

fn profile() -> impl Strategy<Value = Profile> {
    select(PROFILES.to_vec())
}

fn character(content: Content) -> BoxedStrategy<u8> {
    match content {
        Content::Digits | Content::Signed => (b'0'..=b'9').boxed(),
        Content::Letters => select(b"ABCXYZabcxyz0189 ".to_vec()).boxed(),
        Content::Printable => (b' '..=b'~').boxed(),
        Content::Track => (b'0'..=b'?').boxed(),
        Content::Bytes => any::<u8>().boxed(),
    }
}

fn value(format: Format) -> BoxedStrategy<Vec<u8>> {
    let characters = match format.length {
        Length::Fixed(length) if format.content == Content::Signed => {
            vec(character(format.content), usize::from(length) - 1)
        }
        Length::Fixed(length) => vec(character(format.content), usize::from(length)),
        Length::UpTo99(max) | Length::UpTo999(max) => vec(character(format.content), 0..=usize::from(max).min(60)),
    };
    if format.content != Content::Signed {
        return characters.boxed();
    }
    (select(b"CD".to_vec()), characters).prop_map(|(sign, digits)| [vec![sign], digits].concat()).boxed()
}

fn message() -> impl Strategy<Value = Message> {
    let all: Vec<u8> = (2..=128).filter(|field| dictionary::format(*field).is_some()).collect();
    let fields = subsequence(all, 0..=40).prop_flat_map(|fields| {
        fields
            .into_iter()
            .map(|field| (Just(field), dictionary::format(field).map(value).expect("it has a format")))
            .collect::<Vec<_>>()
    });
    (vec(b'0'..=b'9', 4), fields).prop_map(|(mti, fields)| {
        let mut message = Message::new(Mti::parse(&mti).expect("four digits"));
        for (field, value) in fields {
            message.set(field, value).expect("a value that fits");
        }
        message
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(message in message(), profile in profile()) {
        prop_assert_eq!(decode(&encode(&message, &profile), &profile), Ok(message));
    }

    #[test]
    fn a_message_that_ends_early_is_refused(message in message(), profile in profile(), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&message, &profile);
        let cut = cut.index(bytes.len());
        prop_assert!(decode(&bytes[..cut], &profile).is_err(), "cut at {}", cut);
    }

    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes in vec(any::<u8>(), 0..400), profile in profile()) {
        if let Ok(message) = decode(&bytes, &profile) {
            let again = encode(&message, &profile);
            prop_assert!(again.eq_ignore_ascii_case(&bytes));
        }
    }

    #[test]
    fn a_damaged_message_is_a_message_or_an_error(
        message in message(), profile in profile(), at in any::<prop::sample::Index>(), flip in 1..=255_u8,
    ) {
        let mut bytes = encode(&message, &profile).to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let _ = decode(&bytes, &profile);
    }
}

/// The fuzz target's loop without a fuzzer: damaged real messages, which reach deeper than noise does.
#[test]
fn a_million_damaged_messages_do_not_panic() {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    let mut rng = StdRng::seed_from_u64(8583);
    let mut seed = Message::new(Mti::AUTHORIZATION);
    for (field, value) in [(2, "4242424242424242"), (4, "000000004990"), (11, "000123"), (35, "42=30"), (48, "9203123")]
    {
        seed.set(field, value).expect("a value that fits");
    }
    seed.set(70, "301").and_then(|seed| seed.set(128, [7; 8])).expect("values that fit");
    let seeds = PROFILES.map(|profile| encode(&seed, &profile));
    let mut read = 0_u32;
    for round in 0..1_000_000 {
        let which = round % 2;
        let mut bytes = seeds[which].to_vec();
        for _ in 0..rng.random_range(1..6) {
            let at = rng.random_range(0..bytes.len());
            match rng.random_range(0..4) {
                0 => bytes[at] = rng.random(),
                1 => bytes[at] ^= 1 << rng.random_range(0..8),
                2 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, rng.random()),
            }
        }
        read += u32::from(decode(&bytes, &PROFILES[which]).is_ok());
    }
    assert!(read > 0, "some damage must be invisible, or nothing was tried");
}
