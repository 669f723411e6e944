//! Letters about acting for a merchant.

use aviso_core::account::link::LinkPurpose;

use super::ComposeError;
use super::draft::{Draft, Source, Tone};

pub(super) fn invited(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let button = source.link_button("button-invitation", "/merchant/invitation")?;
    let until = source.words.moment(source.happened_at().after(LinkPurpose::InviteMember.lifetime()));
    Ok(about("member-invited", source).with("until", until).button(button))
}

pub(super) fn added(source: &Source<'_>) -> Draft {
    about("member-added", source).button(source.button("button-cabinet", "/merchant"))
}

pub(super) fn changed(source: &Source<'_>) -> Draft {
    about("member-changed", source).button(source.button("button-cabinet", "/merchant"))
}

pub(super) fn removed(source: &Source<'_>) -> Draft {
    about("member-removed", source).button(source.button("button-account", "/account"))
}

fn about(id: &'static str, source: &Source<'_>) -> Draft {
    let shop = source.shop();
    Draft::new(id, Tone::Plain).with("shop", shop.clone()).row(source.row("label-shop", shop)).row(source.date_row())
}
