//! Bills in chats: which message shows which bill, and which bills somebody has to pay.

use super::{Bill, Bills, OpenBill};
use crate::account::Account;
use crate::id::BillId;
use crate::language::Language;
use crate::merchant::Scope;
use crate::store::{StoreError, bill as rows, bill_chat as chats, merchant as merchants};

/// A message of a chat that shows a bill and changes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BillChat {
    /// The chat.
    pub chat_id: i64,
    /// The message.
    pub message_id: i32,
    /// The language that it is written in.
    pub language: Language,
}

impl Bills {
    /// A bill, whoever asks. `None` when there is no such bill.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn find(&self, id: BillId) -> Result<Option<OpenBill>, StoreError> {
        match rows::by_id(self.store.reader(), id).await? {
            Some(bill) => self.open(bill).await,
            None => Ok(None),
        }
    }

    pub(super) async fn open(&self, bill: Bill) -> Result<Option<OpenBill>, StoreError> {
        let merchant = merchants::by_id(self.store.reader(), bill.merchant_id).await?;
        let mode = bill.mode;
        Ok(merchant.map(|merchant| OpenBill { bill, scope: Scope { merchant, mode, key_id: None } }))
    }

    /// A bill for a chat: one that it shows, or that was sent to the address of its person. Others look like none.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn in_chat(
        &self,
        id: BillId,
        chat_id: i64,
        account: Option<&Account>,
    ) -> Result<Option<OpenBill>, StoreError> {
        let Some(found) = self.find(id).await? else { return Ok(None) };
        let sent_to = found.bill.email.as_ref().map(|email| email.normal().to_owned());
        let theirs = sent_to.is_some() && sent_to == confirmed_email(account);
        let shown = theirs || chats::find(self.store.reader(), id, chat_id).await?.is_some();
        Ok(Some(found).filter(|_| shown))
    }

    /// The bills that somebody may pay: those sent to their address, and those that their chat shows. Newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn to_pay(
        &self,
        chat_id: i64,
        account: Option<&Account>,
        limit: u64,
    ) -> Result<Vec<OpenBill>, StoreError> {
        let email = confirmed_email(account);
        let now = self.clock.now();
        let mut open = Vec::new();
        for bill in chats::open_bills(self.store.reader(), email.as_deref(), chat_id, now, limit).await? {
            open.extend(self.open(bill).await?);
        }
        Ok(open)
    }

    /// The message of a chat that shows a bill, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn message_in(&self, id: BillId, chat_id: i64) -> Result<Option<i32>, StoreError> {
        Ok(chats::find(self.store.reader(), id, chat_id).await?.map(|chat| chat.message_id))
    }

    /// A chat shows a bill from now on: this message changes with it.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn shown_in(&self, id: BillId, chat: BillChat) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| chats::keep(tx, id, &chat, now).await).await
    }
}

/// The address of somebody's account, as bills are compared by it.
fn confirmed_email(account: Option<&Account>) -> Option<String> {
    let confirmed = account.filter(|account| account.email_confirmed_at.is_some())?;
    crate::account::email::EmailAddress::new(&confirmed.email).ok().map(|email| email.normal().to_owned())
}
