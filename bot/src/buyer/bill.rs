//! Bills in chat: one message that follows the bill's state, with the ways to pay under it.

use aviso_core::account::Account;
use aviso_core::bill::{BillChat, BillState, OpenBill};
use aviso_core::id::BillId;
use aviso_core::vault::VaultSettings;
use aviso_core::vault::card::SavedCard;

use super::{register, say};
use crate::callback::Press;
use crate::clean;
use crate::fault::Fault;
use crate::invoice;
use crate::notice::{page_key, test_mark};
use crate::person::Person;
use crate::router::{Handling, HandlingError, Pressed};
use crate::screen::{Key, Screen};
use crate::services::BotServices;
use crate::start::{Desk, Seat};
use crate::words::{Args, Words};

/// Bills that `/pay` shows.
const LIST_MAX: u64 = 10;
/// Saved cards offered under a bill.
const CARDS_MAX: usize = 3;

/// `/start b_…`: opens a bill.
pub(super) async fn follow(desk: &Desk, person: &Person, token: &str) -> Handling {
    match desk.services.bills.behind(token).await? {
        Some(open) => show(desk, person, &open).await,
        None => register::begin(desk, person, Some(&person.words.say("link-unknown"))).await,
    }
}

/// `/pay`: the bills that a person may pay.
pub(super) async fn list(desk: &Desk, person: &Person) -> Handling {
    let words = &person.words;
    let bills = desk.services.bills.to_pay(person.chat_id(), person.account.as_ref(), LIST_MAX).await?;
    match bills.as_slice() {
        [] => say(desk, person, Screen::text(words.say("bills-none"))).await,
        [one] => show(desk, person, one).await,
        several => {
            let count = several.len().to_string();
            let title = words.tell("bills-title", &Args::new().with("count", count));
            let screen = several.iter().fold(Screen::text(title), |screen, open| {
                let amount = open.bill.amount.format(words.language());
                let label = format!("{amount} · {}", clean::name(&open.scope.merchant.name));
                screen.row([Key::press(label, Press::Bill(open.bill.id))])
            });
            say(desk, person, screen).await
        }
    }
}

/// Opens a bill of the list.
pub(super) async fn open(desk: &Desk, person: &Person, id: BillId) -> Result<Option<String>, HandlingError> {
    match own(desk, person, id).await? {
        Some(open) => show(desk, person, &open).await.map(|()| None),
        None => Ok(Some(person.words.say("toast-outdated"))),
    }
}

/// Sends the invoice that Telegram takes the money by.
pub(super) async fn pay_in_telegram(
    desk: &Desk,
    person: &Person,
    pressed: &Pressed,
    id: BillId,
) -> Result<Option<String>, HandlingError> {
    let words = &person.words;
    let Some(open) = own(desk, person, id).await? else { return Ok(Some(words.say("toast-outdated"))) };
    if !open.bill.may_be_paid(desk.services.clock.now()) {
        // An old button: the message says how things stand now.
        let screen = screen(&desk.seat(), &open, person.account.as_ref(), words).await?;
        desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?;
        return Ok(Some(words.say("toast-bill-ended")));
    }
    let offered = desk.services.payments.offers_telegram(&open.scope, open.bill.amount.currency()).await?;
    let start = format!("b_{}", desk.services.bills.secret(id).expose());
    let invoice = invoice::of_bill(&open, start, words).filter(|_| offered);
    let Some(invoice) = invoice else { return Ok(Some(words.say("toast-not-in-telegram"))) };
    let token = desk.provider_token(open.scope.mode, open.bill.amount.currency());
    match desk.api.send_invoice(person.chat_id(), &invoice, token).await {
        Ok(()) => Ok(None),
        Err(Fault::Refused(text)) => {
            tracing::error!(bill = %id, text, "Telegram does not take an invoice");
            Ok(Some(words.say("toast-not-in-telegram")))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// Shows a bill anew; this message follows it from now on.
async fn show(desk: &Desk, person: &Person, open: &OpenBill) -> Handling {
    let chat_id = person.chat_id();
    let words = &person.words;
    let screen = screen(&desk.seat(), open, person.account.as_ref(), words).await?;
    let message_id = desk.api.reply(chat_id, &screen).await?;
    let chat = BillChat { chat_id, message_id, language: words.language() };
    desk.services.bills.shown_in(open.bill.id, chat).await?;
    // It may have been paid while the message was on its way: whoever came first saw no chat to tell.
    let Some(now) = desk.services.bills.find(open.bill.id).await? else { return Ok(()) };
    if now.bill.state != open.bill.state {
        let screen = self::screen(&desk.seat(), &now, person.account.as_ref(), words).await?;
        desk.api.replace(chat_id, Some(message_id), &screen).await?;
    }
    Ok(())
}

/// A bill that this chat shows, or that was sent to this person.
async fn own(desk: &Desk, person: &Person, id: BillId) -> Result<Option<OpenBill>, HandlingError> {
    Ok(desk.services.bills.in_chat(id, person.chat_id(), person.account.as_ref()).await?)
}

/// A bill as its chat sees it now.
pub(crate) async fn screen(
    seat: &Seat<'_>,
    open: &OpenBill,
    account: Option<&Account>,
    words: &Words,
) -> Result<Screen, HandlingError> {
    let bill = &open.bill;
    let now = seat.services.clock.now();
    let state = match bill.state {
        BillState::Open if bill.may_be_paid(now) => "open",
        BillState::Open | BillState::Expired => "expired",
        BillState::Paid => "paid",
        BillState::Cancelled => "cancelled",
        BillState::Declined => "declined",
    };
    let shop = clean::name(&open.scope.merchant.name);
    let title = Args::new()
        .with("shop", &shop)
        .with("amount", bill.amount.format(words.language()))
        .with_html("test", test_mark(bill.mode.as_str(), words));
    let mut lines = vec![words.tell("bill-title", &title)];
    if let Some(what) = bill.description.as_ref().and_then(|text| clean::line(text.as_str(), 200)) {
        lines.push(words.tell("bill-what", &Args::new().with("what", what)));
    }
    lines.push(words.tell("line-order", &Args::new().with("order", bill.order_ref.as_str())));
    let args = Args::new().with("shop", &shop).with("until", words.moment(bill.expires_at));
    lines.push(String::new());
    lines.push(words.tell(&format!("bill-{state}"), &args));
    let html = lines.join("\n");
    if state != "open" {
        let details = bill.payment_id.filter(|_| bill.state == BillState::Paid && account.is_some());
        let details = details.map(|id| Key::press(words.say("key-details"), Press::Details(id, 0)));
        return Ok(Screen::text(html).row(details));
    }
    with_ways(seat, open, (account, words), html).await
}

/// The ways to pay: saved cards and a new one on the page, which asks for the security code; and in Telegram.
async fn with_ways(
    seat: &Seat<'_>,
    open: &OpenBill,
    (account, words): (Option<&Account>, &Words),
    mut html: String,
) -> Result<Screen, HandlingError> {
    let currency = open.bill.amount.currency();
    let offer = seat.services.payments.offer(&open.scope, currency).await?;
    let path = format!("pay/b/{}?lang={}", seat.services.bills.secret(open.bill.id).expose(), words.language().code());
    let mut keys = Vec::new();
    if offer.cards {
        for card in saved_cards(seat.services, open, account).await? {
            let label = words.tell("key-pay-saved", &Args::new().with("last4", &card.face.last4));
            keys.extend(page_key(label, seat.site, &format!("{path}#cvc-{}", card.id)));
        }
    }
    if offer.cards || !offer.wallets.is_empty() {
        match page_key(words.say("key-pay-new"), seat.site, &path) {
            Some(key) => keys.push(key),
            // Telegram makes no button of an address without a public name.
            None => {
                let url = seat.site.join(&path).map(String::from).unwrap_or_default();
                html.push_str("\n\n");
                html.push_str(&words.tell("bill-page", &Args::new().with("url", url)));
            }
        }
    }
    if offer.telegram && invoice::fits(&open.bill) {
        keys.push(Key::press(words.say("key-pay-telegram"), Press::PayInTelegram(open.bill.id)));
    }
    if keys.is_empty() && !offer.cards && offer.wallets.is_empty() {
        html.push_str("\n\n");
        html.push_str(&words.say("bill-no-way"));
    }
    Ok(keys.into_iter().fold(Screen::text(html), |screen, key| screen.row([key])))
}

async fn saved_cards(
    services: &BotServices,
    open: &OpenBill,
    account: Option<&Account>,
) -> Result<Vec<SavedCard>, HandlingError> {
    let Some(account) = account else { return Ok(Vec::new()) };
    let vault = services.payments.vault(VaultSettings::default());
    let mut cards = vault.usable_cards(account.id, &open.scope).await?;
    cards.truncate(CARDS_MAX);
    Ok(cards)
}
