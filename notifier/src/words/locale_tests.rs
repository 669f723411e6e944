//! The three languages say the same things: same ids, same attributes, same places to fill.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aviso_core::language::Language;

/// Text id (`message` or `message.attribute`) → the places in it.
type Texts = BTreeMap<String, BTreeSet<String>>;

fn texts(language: Language) -> Texts {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locale").join(language.code());
    let mut texts = Texts::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut message = String::new();
        let mut current = String::new();
        for line in std::fs::read_to_string(&path).unwrap().lines().filter(|line| !line.starts_with('#')) {
            let (head, _) = line.split_once(" =").unwrap_or((line, ""));
            if let Some(attribute) = head.trim().strip_prefix('.') {
                current = format!("{message}.{attribute}");
            } else if !line.starts_with(' ') && !line.is_empty() {
                message = head.to_owned();
                current.clone_from(&message);
            }
            if line.is_empty() {
                continue;
            }
            let is_new = line.contains(" =") && (line.starts_with("    .") || !line.starts_with(' '));
            assert!(!is_new || !texts.contains_key(&current), "{current} stands twice in {}", language.code());
            texts.entry(current.clone()).or_default().extend(places(line));
        }
    }
    texts
}

fn places(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split("{ $").skip(1).map(|rest| rest.split(' ').next().unwrap_or_default().to_owned())
}

#[test]
fn every_text_exists_in_every_language_with_the_same_places() {
    let english = texts(Language::En);
    assert!(english.len() > 100, "the reader of this test lost the texts");
    for language in [Language::Es, Language::Ru] {
        let other = texts(language);
        let ids = |texts: &Texts| texts.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(ids(&english), ids(&other), "{}", language.code());
        for (id, places) in &english {
            assert_eq!(places, &other[id], "{id} in {}", language.code());
        }
    }
}

#[test]
fn every_letter_has_its_four_parts() {
    for (id, _) in texts(Language::En) {
        if let Some((message, _)) = id.split_once('.') {
            for part in ["subject", "title", "lead", "next"] {
                assert!(texts(Language::En).contains_key(&format!("{message}.{part}")), "{message}.{part}");
            }
        }
    }
}
