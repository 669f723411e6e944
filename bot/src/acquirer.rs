//! Telegram as an acquirer: it is told whether a buyer may go on, takes the money by itself, and gives Stars back.
//!
//! A payment by a provider is given back at the provider's own desk: the Bot API has no message for it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aviso_core::clock::{Clock, Timestamp};
use aviso_core::merchant::Mode;
use aviso_core::money::Currency;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::payment::operation::OperationKind;
use aviso_core::payment::telegram::{Charge, Charges, TELEGRAM};
use aviso_core::port::{
    Acquirer, AcquirerAnswer, AuthorizeRequest, FollowUpRequest, Inquiry, InquiryRequest, Instrument, LinkError,
};
use aviso_core::secret::Secret;
use teloxide::requests::Requester;
use teloxide::types::{TelegramTransactionId, UserId};
use url::Url;

use crate::checkout::{Checkouts, Passed};
use crate::fault::Fault;
use crate::invoice;
use crate::start;

/// After a start nothing is given up so long: Telegram may still have to tell what happened meanwhile.
const SETTLING_IN: Duration = Duration::from_secs(60);

/// What is taken in Telegram.
#[derive(Debug, Clone)]
pub struct TelegramPayments {
    /// The provider's token for live payments.
    pub provider_token: Option<Secret>,
    /// The provider's token for the test world.
    pub test_provider_token: Option<Secret>,
    /// Whether Stars are taken in live payments.
    pub stars: bool,
    /// Whether Stars are taken in the test world: by a bot of Telegram's test servers.
    pub test_stars: bool,
    /// How long after a buyer was let through Telegram may tell that it took the money.
    pub success_within: Duration,
}

impl TelegramPayments {
    /// The provider's token for payments of this world.
    pub(crate) fn token(&self, mode: Mode) -> Option<&Secret> {
        match mode {
            Mode::Live => self.provider_token.as_ref(),
            Mode::Test => self.test_provider_token.as_ref(),
        }
    }

    const fn takes_stars(&self, mode: Mode) -> bool {
        match mode {
            Mode::Live => self.stars,
            Mode::Test => self.test_stars,
        }
    }
}

/// Telegram as an acquirer. Clones are handles of the same one.
#[derive(Debug, Clone)]
pub struct TelegramAcquirer {
    bot: teloxide::Bot,
    settings: Arc<TelegramPayments>,
    charges: Charges,
    clock: Arc<dyn Clock>,
    started_at: Timestamp,
    checkouts: Arc<Checkouts>,
}

impl TelegramAcquirer {
    /// The acquirer of the bot with this token.
    ///
    /// # Errors
    ///
    /// When the HTTP client cannot be made.
    pub fn new(
        (token, api_url): (&Secret, Option<&Url>),
        settings: TelegramPayments,
        charges: Charges,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, crate::BotConfigError> {
        let bot = start::client(token, api_url)?;
        let checkouts = Arc::new(Checkouts::new(bot.clone()));
        let started_at = clock.now();
        Ok(Self { bot, settings: Arc::new(settings), charges, clock, started_at, checkouts })
    }

    pub(crate) const fn checkouts(&self) -> &Arc<Checkouts> {
        &self.checkouts
    }

    pub(crate) fn settings(&self) -> &TelegramPayments {
        &self.settings
    }

    async fn charge(&self, authorization: aviso_core::id::OperationId) -> Result<Option<Charge>, LinkError> {
        let found = self.charges.of(authorization).await;
        found.map_err(|error| LinkError::Unknown(format!("the store failed: {error}")))
    }

    /// Gives Stars back, all of them. Asked twice it says that they were given back already: that is done, too.
    async fn give_back(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        self.give_back_of(&request.original.message.operation, request.amount).await
    }

    async fn give_back_of(
        &self,
        authorization: &aviso_core::id::OperationId,
        amount: aviso_core::money::Money,
    ) -> Result<AcquirerAnswer, LinkError> {
        if !amount.currency().is_stars() {
            return Ok(AcquirerAnswer::ByHand);
        }
        let charge = self.charge(*authorization).await?;
        let taken = charge.and_then(|charge| Some((u64::try_from(charge.user_id).ok()?, charge.charge_id?)));
        let Some((user, charge_id)) = taken else { return Ok(AcquirerAnswer::ByHand) };
        let call = self.bot.refund_star_payment(UserId(user), TelegramTransactionId(charge_id.clone()));
        let done = AcquirerAnswer::Approved { acquirer_ref: charge_id, approval_code: String::new(), amount };
        let Err(error) = call.await else { return Ok(done) };
        match Fault::from(error) {
            Fault::Refused(text) if text.contains("CHARGE_ALREADY_REFUNDED") => Ok(done),
            Fault::Passing { class: "connect", text } => Err(LinkError::NotSent(text)),
            fault @ (Fault::Wait(_) | Fault::Token) => Err(LinkError::NotSent(fault.to_string())),
            fault @ Fault::Passing { .. } => Err(LinkError::Unknown(fault.to_string())),
            fault @ (Fault::Refused(_)
            | Fault::Gone(_)
            | Fault::NotModified
            | Fault::NoTarget
            | Fault::Markup(_)
            | Fault::TooLong
            | Fault::Conflict(_)) => {
                tracing::error!(%authorization, %fault, "Telegram does not give Stars back");
                Ok(AcquirerAnswer::declined(DeclineCode::TransactionNotPermitted))
            }
        }
    }

    /// How a buyer who was let through stands, as long as Telegram told nothing.
    fn standing(&self, let_through_at: Timestamp) -> AcquirerAnswer {
        let now = self.clock.now();
        let until = let_through_at.after(self.settings.success_within).max(self.started_at.after(SETTLING_IN));
        if now < until {
            return AcquirerAnswer::Awaited { until };
        }
        AcquirerAnswer::declined(DeclineCode::ActionExpired)
    }
}

#[async_trait]
impl Acquirer for TelegramAcquirer {
    fn name(&self) -> &str {
        TELEGRAM
    }

    fn takes(&self, mode: Mode, currency: Currency) -> bool {
        if currency.is_stars() {
            return self.settings.takes_stars(mode);
        }
        self.settings.token(mode).is_some() && invoice::is_known(currency)
    }

    fn refunds_whole(&self, currency: Currency) -> bool {
        currency.is_stars()
    }

    async fn authorize(&self, request: AuthorizeRequest<'_>) -> Result<AcquirerAnswer, LinkError> {
        let Instrument::Telegram(payer) = request.instrument else {
            return Ok(AcquirerAnswer::declined(DeclineCode::TransactionNotPermitted));
        };
        match self.checkouts.pass(&payer.query).await {
            Passed::Yes => Ok(self.standing(request.message.at)),
            // Somebody was told to stop: nothing will be taken.
            Passed::No => Ok(AcquirerAnswer::declined(DeclineCode::ActionExpired)),
            Passed::NotSent => Err(LinkError::NotSent("Telegram was not reached".to_owned())),
            Passed::Unknown(why) => {
                tracing::warn!(operation = %request.message.operation, why, "whether a buyer was let through is not known");
                Ok(self.standing(request.message.at))
            }
        }
    }

    async fn capture(&self, _request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        Ok(AcquirerAnswer::declined(DeclineCode::TransactionNotPermitted))
    }

    async fn void(&self, _request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        Ok(AcquirerAnswer::declined(DeclineCode::TransactionNotPermitted))
    }

    async fn refund(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        self.give_back(request).await
    }

    async fn reverse(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        self.give_back(request).await
    }

    async fn inquire(&self, request: &InquiryRequest) -> Result<Inquiry, LinkError> {
        match (request.kind, &request.original) {
            (OperationKind::Authorize, _) => Ok(Inquiry::Found(self.standing(request.message.at))),
            // To ask again gives back nothing twice.
            (OperationKind::Refund | OperationKind::Reversal, Some(original)) => {
                self.give_back_of(&original.message.operation, request.amount).await.map(Inquiry::Found)
            }
            (OperationKind::Refund | OperationKind::Reversal | OperationKind::Capture | OperationKind::Void, _) => {
                Ok(Inquiry::NotFound)
            }
        }
    }
}
