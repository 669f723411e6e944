//! Every letter in every language, with the names that a hostile shop would choose.

use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::money::format_minor;
use aviso_core::payment::decline::DeclineCode;

use super::*;
use crate::sample::{REFERENCE, job, keyring};

fn composer() -> Composer {
    Composer::new(&Url::parse("https://pay.example/").unwrap(), keyring())
}

fn hostile_names() -> Vec<String> {
    vec![
        "Café del Mar".to_owned(),
        "\u{202e}evil\u{202c} \u{2066}x\u{2069}\u{200f}".to_owned(),
        "A\u{200b}m\u{200d}a\u{feff}zon\u{ad}".to_owned(),
        "<script>alert(1)</script><b>\"bold\"</b>&amp;'".to_owned(),
        "</td></tr></table><img src=x onerror=alert(1)>".to_owned(),
        "Shop\r\nBcc: eve@example.com\r\n\r\nPay here".to_owned(),
        "{ $amount } { decline-card-declined } {{ page.title }}".to_owned(),
        "я".repeat(10_000),
        "<".repeat(10_000),
        format!("a{}", "\u{301}".repeat(10_000)),
        "שלום עולם".to_owned(),
        "\u{0}\u{7}\u{1b}[2J".to_owned(),
        " \u{3164}\u{200b}\n".to_owned(),
        String::new(),
    ]
}

/// Events with a letter for a person, and whether the letter is about a payment.
const LETTERS: &[(EventType, bool)] = &[
    (EventType::BillCreated, false),
    (EventType::AccountRegistered, false),
    (EventType::AccountEmailConfirmed, false),
    (EventType::AccountTelegramLinked, false),
    (EventType::AccountTelegramUnlinked, false),
    (EventType::AccountLogin, false),
    (EventType::AccountPasswordReset, false),
    (EventType::AccountPasswordChanged, false),
    (EventType::AccountTotpEnabled, false),
    (EventType::AccountTotpDisabled, false),
    (EventType::AccountCodesWrong, false),
    (EventType::AccountRecoveryCodeUsed, false),
    (EventType::AccountFinancialPasswordChanged, false),
    (EventType::AccountFinancialPasswordWrong, false),
    (EventType::MemberInvited, false),
    (EventType::MemberAdded, false),
    (EventType::MemberChanged, false),
    (EventType::MemberRemoved, false),
    (EventType::AccountVerifierSet, false),
    (EventType::AccountVerifierRemoved, false),
    (EventType::AccountVerifierWrong, false),
    (EventType::VerificationMailed, true),
    (EventType::AccountClosing, false),
    (EventType::AccountClosed, false),
    (EventType::PaymentCaptured, true),
    (EventType::PaymentPartiallyCaptured, true),
    (EventType::PaymentAuthorized, true),
    (EventType::PaymentDeclined, true),
    (EventType::PaymentInReview, true),
    (EventType::PaymentActionRequired, true),
    (EventType::PaymentVoided, true),
    (EventType::PaymentExpired, true),
    (EventType::PaymentOutcomeUnknown, true),
    (EventType::RefundCreated, true),
    (EventType::RefundSucceeded, true),
    (EventType::RefundFailed, true),
    (EventType::NewsPublished, false),
    (EventType::OnboardingMoved, false),
    (EventType::ReportMonthly, false),
    (EventType::ShopDigest, false),
    (EventType::ReportRegistry, false),
    (EventType::EndpointFailing, false),
    (EventType::EndpointDisabled, false),
    (EventType::CaseOpened, true),
    (EventType::CardSaved, false),
    (EventType::CardRemoved, false),
    (EventType::CardExpiring, false),
    (EventType::MandateCreated, false),
    (EventType::MandateEnded, false),
];

#[test]
fn every_event_has_a_letter_or_is_known_to_have_none() {
    for kind in EventType::ALL {
        let letter = composer().compose(&job(*kind, Language::En, "Shop"), None).unwrap();
        let expected = LETTERS.iter().any(|(with_letter, _)| with_letter == kind);
        assert_eq!(letter.is_some(), expected, "{}", kind.as_str());
    }
}

#[test]
fn every_letter_survives_hostile_names_in_every_language() {
    for name in hostile_names() {
        for language in Language::ALL {
            for &(kind, is_about_payment) in LETTERS {
                let letter = composer().compose(&job(kind, language, &name), None).unwrap().unwrap();
                check(&letter, &format!("{} {} {:.20?}", kind.as_str(), language.code(), name));
                if is_about_payment {
                    let amount = format_minor(123_450, "EUR".parse().unwrap(), language);
                    for part in [&letter.text, &letter.html] {
                        assert!(part.contains(&amount) && part.contains(REFERENCE), "{}", kind.as_str());
                    }
                }
            }
        }
    }
}

fn check(letter: &Letter, case: &str) {
    assert!((5..=200).contains(&letter.subject.chars().count()), "{case}: {}", letter.subject);
    assert!(!letter.subject.contains(|c: char| c.is_control()), "{case}");
    for part in [&letter.subject, &letter.text, &letter.html] {
        // FSI and PDI are ours, around right-to-left names.
        let forbidden = |c: char| {
            matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}' | '\u{feff}' | '\u{ad}')
                || (c.is_control() && c != '\n')
        };
        assert!(!part.contains(forbidden), "{case}");
        assert_eq!(part.matches('\u{2068}').count(), part.matches('\u{2069}').count(), "{case}");
    }
    for tag in ["<script", "<b>", "<img", "<<"] {
        assert!(!letter.html.contains(tag), "{case}: {tag}");
    }
    assert_eq!(letter.html.matches("<table").count(), letter.html.matches("</table").count(), "{case}");
    assert!(!letter.text.contains("\nBcc:") && !letter.text.contains("\n\n\n"), "{case}:\n{}", letter.text);
    assert!(
        letter.text.len() < 4000 && letter.html.len() < 20_000,
        "{case}: {} {}",
        letter.text.len(),
        letter.html.len()
    );
}

#[test]
fn both_parts_say_the_same() {
    for &(kind, _) in LETTERS {
        let composer = composer();
        let job = job(kind, Language::Es, "Tacos & Más <3");
        let source = Source { composer: &composer, job: &job, words: Words::of(job.language) };
        let draft = draft(&source).unwrap().unwrap();
        let letter = layout::letter(&source, &draft, None).unwrap();
        let html = letter.html.replace("&#38;", "&").replace("&#60;", "<").replace("&#62;", ">");
        for row in &draft.rows {
            assert!(letter.text.contains(&format!("{}: {}\n", row.label, row.value)), "{row:?}");
            assert!(html.contains(&row.label) && html.contains(&row.value), "{row:?}");
        }
        for name in ["title", "lead", "next"] {
            let part = source.words.tell(&format!("{}.{name}", draft.id), &draft.args);
            assert!(letter.text.contains(&part) && html.contains(&part), "{part}");
        }
        let Some(button) = &draft.button else {
            let bare =
                matches!(kind, EventType::AccountClosed | EventType::VerificationMailed | EventType::ReportRegistry);
            assert!(bare, "nothing is left to open");
            continue;
        };
        for part in [&letter.text, &html] {
            assert!(part.contains(&button.url) && part.contains(&button.label) && part.contains("/account"));
        }
    }
}

#[test]
fn links_carry_the_token_of_their_link() {
    for (kind, path) in [(EventType::AccountRegistered, "confirm"), (EventType::AccountPasswordReset, "reset")] {
        let mut job = job(kind, Language::En, "Shop");
        let token = keyring().link_token(job.event.audience.link_id.unwrap());
        let letter = composer().compose(&job, None).unwrap().unwrap();
        let url = format!("https://pay.example/{path}/{}", token.expose());
        assert!(letter.text.contains(&url) && letter.html.contains(&url));
        assert!(!format!("{letter:?}").contains(token.expose()));
        job.event.audience.link_id = None;
        assert_eq!(composer().compose(&job, None), Err(ComposeError::Missing { kind, part: "link" }));
    }
}

#[test]
fn who_has_an_account_is_told_so_without_a_link() {
    for language in Language::ALL {
        let mut job = job(EventType::AccountRegistered, language, "Shop");
        let plain = composer().compose(&job, None).unwrap().unwrap();
        job.event.audience.facts.insert("telegram".to_owned(), "Call +1 555 0100".to_owned());
        let in_bot = composer().compose(&job, None).unwrap().unwrap();
        assert!(in_bot.text != plain.text && in_bot.text.contains("/confirm/"));
        assert!(!in_bot.html.contains("555"), "a stranger's words stand in no letter");
        job.event.audience.facts.insert("existing".to_owned(), "true".to_owned());
        job.event.audience.link_id = None;
        let existing = composer().compose(&job, None).unwrap().unwrap();
        check(&existing, language.code());
        for part in [&existing.text, &existing.html] {
            assert!(part.contains("https://pay.example/login") && !part.contains("/confirm/"), "{part}");
        }
    }
}

#[test]
fn a_reset_says_until_when() {
    let letter =
        composer().compose(&job(EventType::AccountPasswordReset, Language::En, "Shop"), None).unwrap().unwrap();
    assert!(letter.text.contains("for 30 minutes, until 5 March 2026, 14:35 UTC."), "{}", letter.text);
}

#[test]
fn a_decline_never_tells_lost_stolen_or_suspected() {
    for code in DeclineCode::ALL {
        for language in Language::ALL {
            let mut job = job(EventType::PaymentDeclined, language, "Shop");
            job.event.document.payment.as_mut().unwrap().decline.as_mut().unwrap().code = code.as_str().to_owned();
            let letter = composer().compose(&job, None).unwrap().unwrap();
            for word in ["stolen", "lost", "fraud", "risk", "robad", "perdid", "fraude", "украд", "утер", "мошен", "_"]
            {
                assert!(!letter.text.to_lowercase().contains(word), "{word} for {code:?}");
            }
            if code.buyer_safe() == DeclineCode::CardDeclined {
                let reason = Words::of(language).say("decline-card-declined");
                assert!(letter.text.contains(&reason), "{code:?}");
            }
        }
    }
}

#[test]
fn test_mode_is_marked_in_subject_and_body() {
    let mut job = job(EventType::PaymentCaptured, Language::Ru, "Shop");
    let live = composer().compose(&job, None).unwrap().unwrap();
    assert!(![live.subject, live.text, live.html].iter().any(|part| part.contains("[TEST]")));
    job.event.mode = Mode::Test;
    let test = composer().compose(&job, None).unwrap().unwrap();
    assert!(test.subject.starts_with("[TEST] ") && test.text.starts_with("[TEST] ") && test.html.contains("[TEST]"));
}

#[test]
fn staff_get_reviews_and_cases_but_no_buyers_letters() {
    let staff = |kind| {
        let mut job = job(kind, Language::En, "Shop");
        job.staff = true;
        composer().compose(&job, None).unwrap()
    };
    assert!(staff(EventType::ReviewOpened).unwrap().subject.starts_with("To review: "));
    assert!(staff(EventType::CaseOpened).unwrap().subject.starts_with("New case: "));
    assert!(staff(EventType::PaymentDeclined).is_none());
    assert!(staff(EventType::AccountLogin).is_some());
}

#[test]
fn what_is_missing_is_an_error_and_not_a_panic() {
    let mut refund = job(EventType::RefundSucceeded, Language::En, "Shop");
    refund.event.document.payment = None;
    assert!(composer().compose(&refund, None).unwrap().unwrap().text.contains("pay_01h2xcejqtf2nbrexx3vqjhp41"));
    refund.event.document.refund.as_mut().unwrap().currency = "???".to_owned();
    assert_eq!(composer().compose(&refund, None), Err(ComposeError::Currency));
    refund.event.document.refund = None;
    let missing = ComposeError::Missing { kind: EventType::RefundSucceeded, part: "refund" };
    assert_eq!(missing.to_string(), "an event refund.succeeded has no refund");
    assert_eq!(composer().compose(&refund, None), Err(missing));
}

#[test]
fn a_buyer_without_an_account_gets_no_button() {
    let mut job = job(EventType::PaymentCaptured, Language::En, "Shop");
    job.event.audience.account_id = None;
    let letter = composer().compose(&job, None).unwrap().unwrap();
    assert!(!letter.text.contains("Open my account") && letter.text.contains("https://pay.example/account"));
}

#[test]
fn an_endpoints_token_is_not_shown() {
    let letter = composer().compose(&job(EventType::EndpointFailing, Language::En, "Shop"), None).unwrap().unwrap();
    assert!(letter.text.contains("https://shop.example/hook\n") && letter.text.contains("4 March 2026, 10:00 UTC"));
    assert!(!letter.text.contains("secret") && !letter.html.contains("secret"));
}

#[test]
fn a_letter_reads_as_written() {
    let letter = composer().compose(&job(EventType::PaymentDeclined, Language::En, "Café"), None).unwrap().unwrap();
    assert_eq!(letter.subject, "Payment of 1,234.50\u{a0}EUR to Café was not made");
    assert_eq!(
        letter.text,
        "The payment was not made

Your payment of 1,234.50\u{a0}EUR to the shop “Café” was not made.

Shop: Café
Amount: 1,234.50\u{a0}EUR
Card: Visa •• 4242
Order number: Café
Reference: 7K3M-9QX2-4D
Date: 5 March 2026, 14:05 UTC

There was not enough money on the card. You can try the same card again later.

Open my account:
https://pay.example/account

-- 
Sent automatically by pay.example.
Your account and what you are told: https://pay.example/account/notifications"
    );
}

#[test]
fn a_shops_picture_stands_in_the_html_as_large_as_fits() {
    use aviso_core::merchant::logo::{Logo, LogoFormat};
    let job = job(EventType::PaymentCaptured, Language::En, "Bean & \"Leaf\"");
    for ((width, height), shown) in [
        ((100, 50), "width=\"100\" height=\"50\""),
        ((512, 128), "width=\"200\" height=\"50\""),
        ((512, 512), "width=\"64\" height=\"64\""),
        ((512, 1), "width=\"200\" height=\"1\""),
        ((1, 512), "width=\"1\" height=\"64\""),
    ] {
        let logo = Logo { format: LogoFormat::Png, width, height, content: vec![1] };
        let letter = composer().compose(&job, Some(logo)).unwrap().unwrap();
        assert!(
            letter.html.contains(&format!("src=\"cid:{PICTURE_ID}\" {shown} alt=\"Bean &#38; &#34;Leaf&#34;\"")),
            "{shown}"
        );
        assert!(letter.logo.is_some() && !letter.text.contains("cid:"));
    }
    assert!(!composer().compose(&job, None).unwrap().unwrap().html.contains("cid:"));
}
