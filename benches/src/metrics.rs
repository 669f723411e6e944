//! What the hub counts itself: `/metrics`, read.

/// Metrics in Prometheus' text format.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metrics(String);

impl Metrics {
    /// Metrics that were fetched.
    pub(crate) const fn new(text: String) -> Self {
        Self(text)
    }

    /// A series by its whole name, labels included; 0 when it was never touched.
    pub(crate) fn value(&self, series: &str) -> f64 {
        self.0.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.trim().parse().ok()).unwrap_or(0.0)
    }

    /// Physical commits.
    pub(crate) fn commits(&self) -> f64 {
        self.value("aviso_store_commits_total")
    }

    /// Units of work that shared commits, and those commits.
    pub(crate) fn batches(&self) -> (f64, f64) {
        (self.value("aviso_store_batch_units_sum"), self.value("aviso_store_batch_units_count"))
    }

    /// Units in one commit at a quantile, over the last minute or so.
    pub(crate) fn batch_units(&self, quantile: &str) -> f64 {
        self.value(&format!("aviso_store_batch_units{{quantile=\"{quantile}\"}}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_told_apart_by_their_whole_names() {
        let text = "# TYPE aviso_store_commits_total counter\naviso_store_commits_total 12\n\
            aviso_store_batch_units{quantile=\"0.5\"} 3.5\naviso_store_batch_units_sum 40\naviso_store_batch_units_count 12\n";
        let metrics = Metrics::new(text.to_owned());
        assert_eq!(metrics.commits() as u64, 12);
        assert_eq!(metrics.batches(), (40.0, 12.0));
        assert_eq!((metrics.batch_units("0.5") * 2.0) as u64, 7);
        assert_eq!(metrics.value("aviso_store") as u64, 0);
    }
}
