//! Rate limits: per API key, and per address for everybody else (governor's GCRA).

mod address;

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aviso_core::id::{AccountId, KeyId};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::config::{Limits, Rate};
use crate::problem::{Code, Problem};
use crate::state::WebState;

pub(crate) use address::{Caller, caller, network};

/// Entries that are full again are forgotten after so many checks.
const SWEEP_EVERY: u32 = 4_096;

/// Every limiter of the web edge.
pub(crate) struct Limiters {
    /// Each API key.
    pub(crate) api_key: Limiter<KeyId>,
    /// Each address without a valid API key.
    pub(crate) anonymous: Limiter<IpAddr>,
    /// Each address that looks at account pages.
    pub(crate) page: Limiter<IpAddr>,
    /// Each address that sends account forms.
    pub(crate) form: Limiter<IpAddr>,
    /// Each address with each name it logs in as. By both, so that nobody can lock out another.
    pub(crate) login: Limiter<(IpAddr, String)>,
    /// Each address that asks for a push to a chat.
    pub(crate) push: Limiter<IpAddr>,
    /// Each account whose password or code is asked for again.
    pub(crate) account: Limiter<AccountId>,
}

impl Limiters {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            api_key: Limiter::new(limits.api_key),
            anonymous: Limiter::new(limits.anonymous),
            page: Limiter::new(limits.page),
            form: Limiter::new(limits.form),
            login: Limiter::new(limits.login),
            push: Limiter::new(limits.push),
            account: Limiter::new(limits.account),
        }
    }
}

/// One limiter with a bucket for each key.
pub(crate) struct Limiter<K: Hash + Eq + Clone> {
    buckets: RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>,
    quota: Quota,
    checks: AtomicU32,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(rate: Rate) -> Self {
        let period = Duration::from_secs(60) / rate.per_minute.get();
        let quota = Quota::with_period(period)
            .expect("a minute divided by 32 bits is above a nanosecond")
            .allow_burst(rate.burst);
        let buckets = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        Self { buckets, quota, checks: AtomicU32::new(0) }
    }

    /// Takes one from the bucket.
    ///
    /// # Errors
    ///
    /// 429 when it is empty, with the headers that say for how long.
    pub(crate) fn check(&self, key: &K) -> Result<Standing, Problem> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.buckets.retain_recent();
        }
        let limit = self.quota.burst_size().get();
        match self.buckets.check_key(key) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                Ok(Standing { limit, remaining, reset: self.quota.replenish_interval() * (limit - remaining) })
            }
            Err(refusal) => {
                let wait = refusal.wait_time_from(DefaultClock::default().now());
                let full = wait + self.quota.replenish_interval() * (limit - 1);
                let standing = Standing { limit, remaining: 0, reset: full };
                let problem = Problem::new(Code::RateLimited, "too many requests; `Retry-After` says how long to wait");
                let problem = problem.retry_after(wait);
                Err(standing
                    .headers()
                    .into_iter()
                    .fold(problem, |problem, (name, value)| problem.with_header(name, value)))
            }
        }
    }
}

/// How much is left of a limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    limit: u32,
    remaining: u32,
    reset: Duration,
}

impl Standing {
    /// The `RateLimit` headers; reset is in whole seconds until the bucket is full.
    pub(crate) fn headers(self) -> [(HeaderName, HeaderValue); 3] {
        let reset = self.reset.as_secs_f64().ceil() as u64;
        [
            (HeaderName::from_static("ratelimit-limit"), self.limit.into()),
            (HeaderName::from_static("ratelimit-remaining"), self.remaining.into()),
            (HeaderName::from_static("ratelimit-reset"), reset.into()),
        ]
    }
}

/// Limits account pages by address: looking at them and sending forms apart.
pub(crate) async fn pages(State(web): State<WebState>, request: Request, next: Next) -> Response {
    let address = caller(request.headers(), request.extensions(), web.config.trusted_proxies);
    let limiters = web.limiters();
    let limiter = if request.method() == Method::POST { &limiters.form } else { &limiters.page };
    match limiter.check(&address) {
        Ok(standing) => {
            let mut response = next.run(request).await;
            response.headers_mut().extend(standing.headers());
            response
        }
        Err(problem) => problem.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_says_for_how_long_and_is_its_own() {
        let limiter = Limiter::new(Rate::new(60, 2));
        let (ana, bob) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        assert_eq!(limiter.check(&ana).unwrap().remaining, 1);
        assert_eq!(limiter.check(&ana).unwrap().remaining, 0);
        let problem = limiter.check(&ana).unwrap_err();
        assert_eq!(problem.code(), Code::RateLimited);
        let names: Vec<String> = problem.headers().iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names, ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after"]);
        assert!(limiter.check(&bob).is_ok());
    }
}
