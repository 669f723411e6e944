//! Card data in a body.

use aviso_core::clock::Timestamp;
use aviso_core::payment::PaymentMethod;
use aviso_core::payment::card::{Card, CardError, Cvc};
use aviso_core::secret::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::field::{invalid, required};
use crate::problem::Problem;

/// A card. The number and the security code are kept in memory only as long as the bank is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardBody {
    /// 12 to 19 digits; spaces and dashes are allowed.
    #[schema(value_type = String, required = true, write_only, example = "4242424242424242")]
    number: Option<Secret>,
    /// 1 to 12.
    #[schema(required = true, nullable = false, minimum = 1, maximum = 12, example = 12)]
    exp_month: Option<u8>,
    /// Four digits.
    #[schema(required = true, nullable = false, minimum = 1000, maximum = 9999, example = 2030)]
    exp_year: Option<u16>,
    /// Three digits; four for American Express.
    #[schema(value_type = String, required = true, write_only, example = "123")]
    cvc: Option<Secret>,
}

impl CardBody {
    /// The checked card.
    ///
    /// # Errors
    ///
    /// 422 that names the field.
    pub(super) fn into_method(self, now: Timestamp) -> Result<PaymentMethod, Problem> {
        let number = required(self.number, "/card/number")?;
        let month = required(self.exp_month, "/card/exp_month")?;
        let year = required(self.exp_year, "/card/exp_year")?;
        let cvc = required(self.cvc, "/card/cvc")?;
        let card = Card::new(&number, month, year, now).map_err(refused)?;
        let cvc = Cvc::new(cvc, card.face().brand).map_err(refused)?;
        Ok(PaymentMethod::Card { card, cvc: Some(cvc) })
    }
}

fn refused(error: CardError) -> Problem {
    let pointer = match error {
        CardError::Number => "/card/number",
        CardError::ExpMonth => "/card/exp_month",
        CardError::ExpYear | CardError::Expired => "/card/exp_year",
        CardError::Cvc => "/card/cvc",
    };
    invalid(error, pointer)
}
