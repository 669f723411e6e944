//! The authenticator: added with a QR code or the secret as text, confirmed with its first code, taken away
//! with password and code.

use askama::Template;
use aviso_core::account::{Account, AccountError, Enrolment, SecondFactor};
use aviso_core::secret::Secret;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;

use super::code;
use super::field::Field;
use super::financial::WhyQuery;
use super::form::PageForm;
use super::page::{self, Frame};
use super::visitor::Visitor;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// Below it phones have trouble to read the squares.
const QR_PIXELS_MIN: u32 = 240;

/// What the page shows.
#[derive(Debug)]
enum Stage {
    Off { password: Field },
    Waits { picture: String, secret: String, code: Field },
    On { since: String, codes_left: u64, password: Field, code: Field },
}

#[derive(Debug, Template)]
#[template(path = "totp.html")]
struct TotpPage {
    frame: Frame,
    stage: Stage,
    has_password: bool,
    is_confirmed: bool,
    /// Whether a merchant's page led here, which is shown only with an authenticator.
    asked: bool,
}

#[derive(Debug, Template)]
#[template(path = "recovery_codes.html")]
struct CodesPage {
    frame: Frame,
    codes: Vec<Secret>,
}

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TotpForm {
    password: Secret,
    code: Secret,
}

/// What is wrong with it.
#[derive(Debug, Default)]
struct Faults {
    password: Option<String>,
    code: Option<String>,
}

/// The QR code as SVG, without the declaration that only a file of its own has.
fn picture(enrolment: &Enrolment) -> Result<String, Problem> {
    let code = QrCode::new(enrolment.address.expose())
        .map_err(|_| Problem::new(Code::InternalError, "the QR code cannot be drawn"))?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(QR_PIXELS_MIN, QR_PIXELS_MIN).build();
    Ok(drawn.split_once("?>").map_or(drawn.clone(), |(_, svg)| svg.to_owned()))
}

/// A long secret in groups of four, as people copy it.
fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

async fn answer(
    web: &WebState,
    visitor: &Visitor,
    asked: bool,
    faults: Faults,
    status: StatusCode,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let words = visitor.words();
    let password = Field::new("password", "password", words.say("field-password"), "current-password");
    let password = password.error(faults.password);
    let code = code::field(visitor, faults.code);
    let stage = match (web.accounts.second_factor(account.id).await?, web.accounts.enrolment(account).await) {
        (SecondFactor::On { since, codes_left }, _) => Stage::On {
            since: words.moment(account.time_zone, since),
            codes_left,
            password,
            code: code.hint(words.say("hint-login-code")),
        },
        (SecondFactor::Off, Ok(enrolment)) => Stage::Waits {
            picture: picture(&enrolment)?,
            secret: grouped(enrolment.secret.expose()),
            code: code.hint(words.say("hint-first-code")),
        },
        (SecondFactor::Off, Err(AccountError::LinkInvalid)) => Stage::Off { password },
        (SecondFactor::Off, Err(error)) => return Err(error.into()),
    };
    let page = TotpPage {
        frame: Frame::new(visitor, "totp-title").within("security"),
        stage,
        has_password: account.has_password,
        is_confirmed: account.email_confirmed_at.is_some(),
        asked,
    };
    page::answer(status, &page)
}

/// `GET /account/totp`.
pub(super) async fn show(
    State(web): State<WebState>,
    visitor: Visitor,
    ApiQuery(query): ApiQuery<WhyQuery>,
) -> Result<Response, Problem> {
    answer(&web, &visitor, !query.why.is_empty(), Faults::default(), problem::DONE).await
}

fn person<'a>(web: &WebState, visitor: &'a Visitor) -> Result<&'a Account, Problem> {
    let login = visitor.login.as_ref().ok_or(AccountError::LinkInvalid)?;
    web.limiters().account.check(&login.1.id)?;
    Ok(&login.1)
}

fn wrong(visitor: &Visitor, error: AccountError) -> Result<Faults, Problem> {
    match error {
        AccountError::Credentials => {
            Ok(Faults { password: Some(visitor.words().say("error-password")), ..Faults::default() })
        }
        AccountError::CodeWrong => Ok(Faults { code: Some(visitor.words().say("error-code")), ..Faults::default() }),
        error => Err(error.into()),
    }
}

/// `POST /account/totp/start`.
pub(super) async fn start(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<TotpForm>,
) -> Result<Response, Problem> {
    let account = person(&web, &visitor)?;
    match web.accounts.start_second_factor(account.id, &form.password).await {
        Ok(()) => Ok(Redirect::to("/account/totp").into_response()),
        Err(error) => answer(&web, &visitor, false, wrong(&visitor, error)?, Code::FieldInvalid.status()).await,
    }
}

/// `POST /account/totp/confirm`: shows the recovery codes, once.
pub(super) async fn confirm(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<TotpForm>,
) -> Result<Response, Problem> {
    let account = person(&web, &visitor)?;
    match web.accounts.confirm_second_factor(account.id, &form.code).await {
        Ok(codes) => {
            let frame = Frame::new(&visitor, "codes-title").within("security");
            page::answer(problem::DONE, &CodesPage { frame, codes })
        }
        Err(error) => answer(&web, &visitor, false, wrong(&visitor, error)?, Code::FieldInvalid.status()).await,
    }
}

/// `POST /account/totp/end`.
pub(super) async fn end(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<TotpForm>,
) -> Result<Response, Problem> {
    let account = person(&web, &visitor)?;
    match web.accounts.end_second_factor(account.id, &form.password, &form.code).await {
        Ok(()) => Ok(Redirect::to("/account/security?done=totp").into_response()),
        Err(error) => answer(&web, &visitor, false, wrong(&visitor, error)?, Code::FieldInvalid.status()).await,
    }
}
