//! Load: how requests arrive, over how many connections, and what came of them.
//!
//! With a constant rate latency counts from the moment a request should have left, not from the
//! moment it did: a hub that stalls makes every request late that was due meanwhile (no coordinated
//! omission).

mod connection;
mod tally;
mod ticket;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use tokio::task::JoinSet;

use crate::shop::Shop;

pub(crate) use connection::get;
pub(crate) use tally::Tally;
pub(crate) use ticket::Arrival;

use connection::Connection;
use ticket::Tickets;

/// After the last request was due: how long the hub may take to catch up.
const CATCH_UP: Duration = Duration::from_secs(30);

/// Sends payments as they arrive, over so many keep-alive connections. Ends for certain.
///
/// # Errors
///
/// When the hub cannot be reached any more. Wrong answers are counted instead.
pub(crate) async fn run(shop: &Arc<Shop>, connections: u16, arrival: Arrival) -> anyhow::Result<Tally> {
    let mut lines = Vec::new();
    for _ in 0..connections {
        lines.push(Connection::open(shop.address()).await?);
    }
    let tickets = Arc::new(Tickets::new(arrival, CATCH_UP));
    let tally = Arc::new(Mutex::new(Tally::new()));
    let mut workers = JoinSet::new();
    for line in lines {
        workers.spawn(work(Arc::clone(shop), line, Arc::clone(&tickets), Arc::clone(&tally)));
    }
    let pacer = ticket::pace(&tickets, usize::from(connections));
    while let Some(ended) = workers.join_next().await {
        ended.context("a connection's task ended early")??;
    }
    tickets.close();
    pacer.join().ok().context("the pacer ended early")?;
    let tally = Arc::into_inner(tally).context("a connection's task is still there")?;
    let mut tally = tally.into_inner().ok().context("a connection's task panicked")?;
    tally.close(tickets.elapsed(), tickets.untaken());
    Ok(tally)
}

/// Sends one request after the other, each when its ticket is due.
async fn work(
    shop: Arc<Shop>,
    mut line: Connection,
    tickets: Arc<Tickets>,
    tally: Arc<Mutex<Tally>>,
) -> anyhow::Result<()> {
    while let Some(due) = tickets.take().await {
        let answer = line.pay(shop.order()).await;
        let is_broken = line.is_broken();
        tally.lock().expect("counting does not panic").count(due.elapsed(), answer);
        if is_broken {
            line = Connection::open(shop.address()).await?;
        }
    }
    Ok(())
}
