//! The peer: pgbench's TPC-B-like transaction, prepared, on the same server in the same run.

use anyhow::{Context, bail};
use aviso_tests::database::TestDatabase;

use crate::postgres::Postgres;

/// Transactions per second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pgbench {
    /// With 64 clients.
    pub(crate) clients_64: f64,
    /// With one.
    pub(crate) clients_1: f64,
}

/// Fills a database at scale 10 and measures it, fifteen seconds long.
///
/// # Errors
///
/// When pgbench does not run.
pub(crate) fn measure(database: &TestDatabase) -> anyhow::Result<Pgbench> {
    let postgres = Postgres::at(&database.url_text())?;
    pgbench(&postgres, &["-i", "-q", "-s", "10"])?;
    postgres.checkpoint()?;
    let clients_64 = tps(&pgbench(&postgres, &["-M", "prepared", "-c", "64", "-j", "2", "-T", "10"])?)?;
    let clients_1 = tps(&pgbench(&postgres, &["-M", "prepared", "-c", "1", "-T", "5"])?)?;
    postgres.checkpoint()?;
    Ok(Pgbench { clients_64, clients_1 })
}

fn pgbench(postgres: &Postgres, args: &[&str]) -> anyhow::Result<String> {
    let output = postgres.command("pgbench").args(args).arg(postgres.url()).output().context("pgbench")?;
    if !output.status.success() {
        bail!("pgbench: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The figure in `tps = 3541.1 (without initial connection time)`.
fn tps(output: &str) -> anyhow::Result<f64> {
    output
        .lines()
        .find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok())
        .with_context(|| format!("pgbench named no tps: {output}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_is_read_from_its_line() {
        let output = "latency average = 18.1 ms\ntps = 3541.125 (without initial connection time)\n";
        assert_eq!(tps(output).unwrap().to_bits(), 3541.125_f64.to_bits());
        assert!(tps("nothing").is_err());
    }
}
