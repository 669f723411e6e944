//! The one place where a right is checked: no page of the cabinet sees a request that did not pass here.

use std::marker::PhantomData;
use std::str::FromStr;

use aviso_core::account::{Account, SecondFactor, Session};
use aviso_core::audit::{Actor, NewRow};
use aviso_core::clock::Timestamp;
use aviso_core::id::MerchantId;
use aviso_core::merchant::member::{Right, Rights};
use aviso_core::merchant::{Mode, Scope};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use serde::de::DeserializeOwned;

use crate::account::form::PageForm;
use crate::account::visitor::Visitor;
use crate::account::words::Words;
use crate::problem::{Code, Problem};
use crate::state::WebState;

/// What a page asks of a member.
pub(super) trait Needs: Send + Sync + 'static {
    /// The right; none for what every member may see.
    const RIGHT: Option<Right>;
    /// Whether only somebody with an authenticator is let in.
    const STRONG: bool;
}

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident = $right:expr, strong: $strong:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $name;

        impl Needs for $name {
            const RIGHT: Option<Right> = $right;
            const STRONG: bool = $strong;
        }
    )*};
}

needs! {
    /// Any member.
    Anybody = None, strong: false;
    /// Payments, refunds and cards may be seen.
    View = Some(Right::View), strong: false;
    /// Money may be given back.
    Refund = Some(Right::Refund), strong: true;
    /// Reserved money may be taken.
    Capture = Some(Right::Capture), strong: true;
    /// Reserved money may be released: the same right as taking it.
    Void = Some(Right::Capture), strong: true;
    /// Bills may be made.
    Bills = Some(Right::Bills), strong: false;
    /// Endpoints may be kept.
    Webhooks = Some(Right::Webhooks), strong: false;
    /// API keys may be kept.
    Keys = Some(Right::Keys), strong: true;
    /// Members may be kept.
    Members = Some(Right::Members), strong: true;
    /// Lists may be kept.
    Risk = Some(Right::Risk), strong: false;
    /// Settings may be changed.
    Settings = Some(Right::Settings), strong: false;
    /// Balances may be seen.
    Money = Some(Right::Money), strong: true;
}

/// Somebody who may see this page of this merchant.
#[derive(Debug)]
pub(super) struct Member<R> {
    /// The browser.
    pub(super) visitor: Visitor,
    /// Its session.
    pub(super) session: Session,
    /// The person.
    pub(super) account: Account,
    /// The merchant's world.
    pub(super) scope: Scope,
    /// All that they may do.
    pub(super) rights: Rights,
    right: PhantomData<R>,
}

impl<R> Member<R> {
    /// The texts in their language.
    pub(super) const fn words(&self) -> Words {
        self.visitor.words()
    }

    /// Who acts, for the audit log.
    pub(super) const fn actor(&self) -> Actor {
        Actor::Account(self.account.id)
    }

    /// An address in this merchant's world.
    pub(super) fn path(&self, rest: &str) -> String {
        format!("/merchant/{}/{}{rest}", self.scope.merchant.id, self.scope.mode.as_str())
    }

    /// A redirect to a page of this merchant's world.
    pub(super) fn to(&self, rest: &str) -> Response {
        Redirect::to(&self.path(rest)).into_response()
    }

    /// A moment on their own clock.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        self.words().moment(self.account.time_zone, at)
    }

    /// Writes down what was done, where the core's own log does not.
    pub(super) async fn note(
        &self,
        web: &WebState,
        action: &'static str,
        subject: impl ToString,
        after: impl Into<String>,
    ) -> Result<(), Problem> {
        let row = NewRow {
            actor: self.actor(),
            action,
            subject: subject.to_string(),
            before: String::new(),
            after: after.into(),
            reason: String::new(),
        };
        Ok(web.audit.record_for(self.scope.merchant.id, &row).await?)
    }
}

fn no_such() -> Response {
    Problem::new(Code::MemberNotFound, "there is nothing here for you").into_response()
}

impl<R: Needs> Member<R> {
    async fn admit(web: &WebState, params: &RawPathParams, visitor: Visitor) -> Result<Self, Response> {
        let Some((session, account)) = visitor.login.clone() else {
            return Err(Redirect::to("/login").into_response());
        };
        // Whoever is no member learns nothing, not even whether there is such a merchant.
        let merchant: MerchantId = parsed(params, "merchant").ok_or_else(no_such)?;
        let mode = text(params, "mode").and_then(Mode::from_name).ok_or_else(no_such)?;
        let found =
            web.members.find(merchant, account.id).await.map_err(|error| Problem::from(error).into_response())?;
        let (merchant, rights) = found.ok_or_else(no_such)?;
        if R::RIGHT.is_some_and(|right| !rights.has(right)) {
            let needed = R::RIGHT.map_or("", Right::as_str);
            let refused = Problem::new(Code::RightMissing, format!("the right `{needed}` is needed here"));
            return Err(refused.into_response());
        }
        if R::STRONG {
            let factor = web.accounts.second_factor(account.id).await;
            if factor.map_err(|error| Problem::from(error).into_response())? == SecondFactor::Off {
                return Err(Redirect::to("/account/totp?why=merchant").into_response());
            }
        }
        let scope = Scope { merchant, mode, key_id: None };
        Ok(Self { visitor, session, account, scope, rights, right: PhantomData })
    }
}

fn text<'a>(params: &'a RawPathParams, name: &str) -> Option<&'a str> {
    params.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn parsed<T: FromStr>(params: &RawPathParams, name: &str) -> Option<T> {
    text(params, name)?.parse().ok()
}

async fn raw(parts: &mut Parts, web: &WebState) -> Result<RawPathParams, Response> {
    RawPathParams::from_request_parts(parts, web).await.map_err(|_| no_such())
}

impl<R: Needs> FromRequestParts<WebState> for Member<R> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, Response> {
        let params = raw(parts, web).await?;
        let visitor = Visitor::from_request_parts(parts, web).await.map_err(IntoResponse::into_response)?;
        Self::admit(web, &params, visitor).await
    }
}

/// Somebody who may send this form, and what is in it.
#[derive(Debug)]
pub(super) struct MemberForm<R, T>(pub(super) Member<R>, pub(super) T);

impl<R: Needs, T: DeserializeOwned> FromRequest<WebState> for MemberForm<R, T> {
    type Rejection = Response;

    async fn from_request(request: Request, web: &WebState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let params = raw(&mut parts, web).await?;
        // Who is asked first, so that a form without a token says as little as a page.
        let visitor = Visitor::from_request_parts(&mut parts, web).await.map_err(IntoResponse::into_response)?;
        let member = Member::admit(web, &params, visitor).await?;
        let request = Request::from_parts(parts, body);
        let PageForm(_, form) = PageForm::from_request(request, web).await.map_err(IntoResponse::into_response)?;
        Ok(Self(member, form))
    }
}

/// What the address names by its `{id}`.
#[derive(Debug)]
pub(super) struct At<T>(pub(super) T);

impl<T: FromStr + Send> FromRequestParts<WebState> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, Problem> {
        let nothing = || Problem::new(Code::RouteNotFound, "there is nothing at this address");
        let params = RawPathParams::from_request_parts(parts, web).await.map_err(|_| nothing())?;
        parsed(&params, "id").map(Self).ok_or_else(nothing)
    }
}
