//! What the cabinet's pages are built of: blocks below the tabs of a merchant's world.

use askama::Template;
use aviso_core::merchant::Mode;
use aviso_core::merchant::member::Right;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::input::Form;
use super::member::Member;
use crate::account::assets;
use crate::account::page::{self, Frame};
use crate::problem::{self, Problem};

/// The list's own script may run, and ask us.
const LIVE_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
    img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Something that is done elsewhere.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) label: String,
    pub(super) is_here: bool,
}

impl Link {
    pub(super) fn new(href: String, label: String) -> Self {
        Self { href, label, is_here: false }
    }
}

/// A short word on a thing's state.
#[derive(Debug)]
pub(super) struct Badge {
    text: String,
    look: &'static str,
}

impl Badge {
    pub(super) fn plain(text: String) -> Self {
        Self { text, look: "badge" }
    }

    pub(super) fn good(text: String) -> Self {
        Self { text, look: "badge good" }
    }

    pub(super) fn bad(text: String) -> Self {
        Self { text, look: "badge bad" }
    }
}

/// One thing of a list.
#[derive(Debug, Default)]
pub(super) struct Tile {
    pub(super) head: String,
    pub(super) href: Option<String>,
    pub(super) aside: Option<String>,
    pub(super) badges: Vec<Badge>,
    pub(super) lines: Vec<String>,
    pub(super) forms: Vec<Form>,
}

/// A part of a page.
#[derive(Debug)]
pub(super) enum Block {
    /// A heading.
    Head(String),
    /// Something to read.
    Text(String),
    /// What was done just now.
    Done(String),
    /// What did not go as it was asked.
    Alert(String),
    /// An amount and where it stands.
    Total(String, Vec<Badge>),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// A list.
    Tiles(Vec<Tile>),
    /// A list that is kept fresh: where news of it comes from.
    Live(String, Vec<Tile>),
    /// A form.
    Form(Form),
    /// A form that opens when it is asked for.
    Folded(String, Form),
    /// Ways on.
    Links(Vec<Link>),
    /// A text to copy.
    Code(String, String),
    /// A picture of ours.
    Picture(String, String),
}

/// A page of the cabinet.
#[derive(Debug, Template)]
#[template(path = "merchant/page.html")]
pub(super) struct CabinetPage {
    frame: Frame,
    shop: String,
    tabs: Vec<Link>,
    modes: Vec<Link>,
    is_test: bool,
    script: Option<String>,
    blocks: Vec<Block>,
}

/// The tabs: address below the merchant's, text, and who sees it.
const TABS: [(&str, &str, Right); 10] = [
    ("/payments", "cab-payments", Right::View),
    ("/bills", "cab-bills", Right::Bills),
    ("/cards", "cab-cards", Right::View),
    ("/money", "cab-money", Right::Money),
    ("/webhooks", "cab-webhooks", Right::Webhooks),
    ("/keys", "cab-keys", Right::Keys),
    ("/members", "cab-members", Right::Members),
    ("/risk", "cab-risk", Right::Risk),
    ("/settings", "cab-settings", Right::Settings),
    ("/audit", "cab-audit", Right::Settings),
];

/// The first page that a member may see.
pub(super) fn first<R>(member: &Member<R>) -> Option<&'static str> {
    TABS.iter().find(|(_, _, right)| member.rights.has(*right)).map(|(path, _, _)| *path)
}

impl CabinetPage {
    /// A page with nothing on it yet. `tab` is the address of the tab that it is in.
    pub(super) fn new<R>(member: &Member<R>, title: &str, tab: &str) -> Self {
        let words = member.words();
        let tabs = TABS.iter().filter(|(_, _, right)| member.rights.has(*right));
        let mode = |mode: Mode, label: &str| Link {
            href: format!("/merchant/{}/{}{tab}", member.scope.merchant.id, mode.as_str()),
            label: words.say(label),
            is_here: member.scope.mode == mode,
        };
        Self {
            frame: Frame::new(&member.visitor, title),
            shop: member.scope.merchant.name.clone(),
            tabs: tabs
                .map(|(path, label, _)| Link {
                    is_here: *path == tab,
                    ..Link::new(member.path(path), words.say(label))
                })
                .collect(),
            modes: vec![mode(Mode::Live, "cab-live"), mode(Mode::Test, "cab-test")],
            is_test: member.scope.mode == Mode::Test,
            script: None,
            blocks: Vec::new(),
        }
    }

    /// With one more part.
    pub(super) fn with(mut self, block: impl Into<Option<Block>>) -> Self {
        self.blocks.extend(block.into());
        self
    }

    /// With a list, or a word that there is nothing.
    pub(super) fn list(self, tiles: Vec<Tile>, nothing: &str) -> Self {
        let nothing = self.frame.say(nothing);
        self.with(if tiles.is_empty() { Block::Text(nothing) } else { Block::Tiles(tiles) })
    }

    /// With the script that keeps a list fresh.
    pub(super) fn live(mut self) -> Self {
        self.script = Some(assets::cabinet_path());
        self
    }

    /// The answer.
    pub(super) fn answer(self, status: StatusCode) -> Result<Response, Problem> {
        let mut response = page::answer(status, &self)?;
        if self.script.is_some() {
            let policy = HeaderValue::from_static(LIVE_POLICY);
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        Ok(response)
    }

    /// The answer of a page that shows what it was asked for.
    pub(super) fn shown(self) -> Result<Response, Problem> {
        self.answer(problem::DONE)
    }
}
