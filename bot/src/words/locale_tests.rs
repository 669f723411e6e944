//! Every text exists in three languages with the same places, and every id in the code exists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use aviso_core::language::Language;

use super::{Args, Words};

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/locale"))
}

/// Ids (with `.attribute`) and the names of their places, read from the files of a language.
fn texts(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in fs::read_dir(root().join(language.code())).unwrap() {
        let content = fs::read_to_string(file.unwrap().path()).unwrap();
        let (mut message, mut current) = (String::new(), String::new());
        for line in content.lines().filter(|line| !line.starts_with('#')) {
            if let Some((id, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                message = id.to_owned();
                current.clone_from(&message);
                assert!(texts.insert(current.clone(), BTreeSet::new()).is_none(), "{id} stands twice");
            } else if let Some((name, _)) = line.trim_start().strip_prefix('.').and_then(|rest| rest.split_once(" =")) {
                current = format!("{message}.{name}");
                texts.insert(current.clone(), BTreeSet::new());
                texts.remove(&message);
            }
            let places = line.split("{ $").skip(1).map(|rest| rest.split(' ').next().unwrap().to_owned());
            if let Some(text) = texts.get_mut(&current) {
                text.extend(places);
            }
        }
    }
    texts
}

#[test]
fn every_text_exists_in_each_language_with_the_same_places() {
    let english = texts(Language::En);
    assert!(english.len() > 150, "{}", english.len());
    for language in Language::ALL {
        let other = texts(language);
        let ids = |texts: &BTreeMap<String, BTreeSet<String>>| texts.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(ids(&english), ids(&other), "{language:?}");
        for (id, places) in &english {
            assert_eq!(places, &other[id], "{language:?} {id}");
        }
    }
}

#[test]
fn every_text_is_filled_by_fluent_itself() {
    for language in Language::ALL {
        for (id, places) in texts(language) {
            let mut args = Args::new();
            for place in &places {
                args = args.with(Box::leak(place.clone().into_boxed_str()), "a<b>&");
            }
            let text = Words::of(language).tell(&id, &args);
            assert!(!text.is_empty() && !text.contains('{') && text != id, "{language:?} {id}: {text}");
            assert!(!text.contains("a<b>"), "{language:?} {id} is not escaped");
            assert!(text.encode_utf16().count() < 1_500, "{language:?} {id} is long");
        }
    }
}

#[test]
fn every_id_in_the_code_exists() {
    let known = texts(Language::En);
    let mut sources = Vec::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut sources);
    for path in sources {
        let source = fs::read_to_string(&path).unwrap();
        for call in ["words.say(\"", "words.tell(\"", ".say(\"", ".tell(\""] {
            for rest in source.split(call).skip(1) {
                let id = rest.split('"').next().unwrap();
                assert!(known.contains_key(id), "{} names {id}", path.display());
            }
        }
    }
}

fn collect(folder: &Path, sources: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("locale_tests.rs") {
            sources.push(path);
        }
    }
}
