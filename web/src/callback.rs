//! `POST /callbacks/{acquirer}`: what banks and wallets tell us by themselves. No API key: the acquirer's
//! signature decides. Success is answered only when the effect is durable; else the acquirer sends again.

use std::collections::BTreeMap;

use aviso_core::dispute::DisputeError;
use aviso_core::payment::Heard;
use aviso_core::port::{Callback, NoticeSubject};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;

use crate::extract::collected;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// Callbacks are small.
const BODY_LEN_MAX: usize = 64 * 1024;

pub(crate) async fn receive(
    State(web): State<WebState>,
    Path(acquirer): Path<String>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let (parts, body) = request.into_parts();
    let text = |value: &axum::http::HeaderValue| value.to_str().map(str::to_owned).ok();
    let headers: BTreeMap<String, String> =
        parts.headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?))).collect();
    let body = collected(body, BODY_LEN_MAX).await?;
    let notice = web.payments.read_notice(&acquirer, &Callback { headers, body })?;
    let ours = match &notice.about {
        NoticeSubject::Outcome { .. } => web.payments.heard(&acquirer, notice).await? != Heard::NotOurs,
        NoticeSubject::Dispute { .. } => match web.disputes.heard(&acquirer, &notice).await {
            Ok(_) => true,
            Err(DisputeError::UnknownAuthorization { .. }) => false,
            Err(error) => return Err(error.into()),
        },
    };
    if ours {
        return Ok(problem::NOTHING);
    }
    Err(Problem::new(Code::NoticeNotOurs, "no message of ours has this reference"))
}
