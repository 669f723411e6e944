//! The documents that are made from code say what the code says.
//!
//! `WRITE_DOCS=1 cargo test -p aviso-tests docs` writes them anew.

use std::path::PathBuf;

use aviso_core::payment::decline::DeclineCode;
use aviso_core::payment::status::{Status, TRANSITIONS};

fn document(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")).join(name)
}

#[expect(clippy::disallowed_methods, reason = "a switch of this test, not a setting of the hub")]
fn is_writing() -> bool {
    std::env::var("WRITE_DOCS").is_ok()
}

/// What a buyer reads about a code, from the letters' words in English.
fn buyer_text(code: DeclineCode) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../notifier/locale/en/decline.ftl");
    let words = std::fs::read_to_string(path).expect("the letters' words");
    let id = format!("decline-{} = ", code.buyer_safe().as_str().replace('_', "-"));
    words.lines().find_map(|line| line.strip_prefix(&id)).unwrap_or_else(|| panic!("no words {id}")).to_owned()
}

#[test]
fn the_table_of_declines_is_the_one_in_the_docs() {
    let yes = |is: bool| if is { "yes" } else { "" };
    let rows = DeclineCode::ALL.into_iter().map(|code| {
        let (name, advice) = (code.as_str(), code.advice().as_str());
        let elsewhere = yes(code.is_about_the_link());
        format!("| `{name}` | `{advice}` | {elsewhere} | {} |\n", buyer_text(code))
    });
    let head = "| code | advice | goes to the next bank | the buyer reads |\n| --- | --- | --- | --- |\n";
    let table: String = [head.to_owned()].into_iter().chain(rows).collect();
    same_as_printed("declines", &table);
}

/// Compares a table with the one between two marks in docs/payments.md, or writes it there. Gives the page.
fn same_as_printed(mark: &str, table: &str) -> String {
    let (start, end) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
    let path = document("payments.md");
    let text = std::fs::read_to_string(&path).expect("docs/payments.md");
    let (before, rest) = text.split_once(&start).expect("the table's first mark");
    let (written, after) = rest.split_once(&end).expect("the table's second mark");
    if is_writing() {
        std::fs::write(&path, format!("{before}{start}{table}{end}{after}")).expect("a written page");
    } else {
        assert_eq!(written, table, "docs/payments.md is not what the code says");
    }
    text
}

#[test]
fn the_table_of_transitions_is_the_one_in_the_docs() {
    let rows =
        TRANSITIONS.iter().map(|(from, to, why)| format!("| `{}` | `{}` | {why} |\n", from.as_str(), to.as_str()));
    let table: String = ["| from | to | because |\n| --- | --- | --- |\n".to_owned()].into_iter().chain(rows).collect();
    let text = same_as_printed("transitions", &table);
    for status in Status::ALL {
        assert!(text.contains(&format!("`{}`", status.as_str())), "docs/payments.md does not explain {status:?}");
    }
}

#[test]
fn the_api_description_is_the_one_in_the_docs() {
    let path = document("openapi.json");
    let made = format!("{}\n", aviso_web::openapi().to_pretty_json().expect("JSON"));
    if is_writing() {
        std::fs::write(&path, made).expect("a written file");
        return;
    }
    let written = std::fs::read_to_string(&path).expect("docs/openapi.json");
    assert!(written == made, "docs/openapi.json is not what the code says");
}

#[test]
fn the_example_configuration_is_the_default_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../aviso.example.toml");
    let text = std::fs::read_to_string(path).expect("aviso.example.toml");
    // Every commented key is a real one: without its mark the file must still be understood.
    let folder = tempfile::tempdir().expect("a folder");
    let plain: String =
        text.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).map(|line| format!("{line}\n")).collect();
    let whole = folder.path().join("whole.toml");
    std::fs::write(&whole, plain).expect("a written file");
    let config = aviso::config::Config::load(Some(&whole)).expect("every key in aviso.example.toml exists");
    assert_eq!(config.payments.expires_after_secs, aviso::config::Config::default().payments.expires_after_secs);
    assert!(aviso::config::Config::load(Some(std::path::Path::new(path))).is_ok());
}

#[test]
fn the_table_of_disputes_is_the_one_in_the_docs() {
    use aviso_core::dispute::status::{Standing, TRANSITIONS};
    let (start, end) = ("<!-- dispute transitions -->\n", "<!-- /dispute transitions -->");
    let name = |at: &Standing| format!("`{}` `{}`", at.stage.as_str(), at.status.as_str());
    let rows = TRANSITIONS.iter().map(|(from, to, why)| format!("| {} | {} | {why} |\n", name(from), name(to)));
    let table: String = ["| from | to | because |\n| --- | --- | --- |\n".to_owned()].into_iter().chain(rows).collect();
    let path = document("payments.md");
    let text = std::fs::read_to_string(&path).expect("docs/payments.md");
    let (before, rest) = text.split_once(start).expect("the table's first mark");
    let (written, after) = rest.split_once(end).expect("the table's second mark");
    if is_writing() {
        std::fs::write(&path, format!("{before}{start}{table}{end}{after}")).expect("a written page");
        return;
    }
    assert_eq!(written, table, "docs/payments.md is not what the code says");
}
