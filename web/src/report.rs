//! The annual report for people: charts as SVG, and all of it on paper. The cabinet's pages show the same.

pub(crate) mod annual;
pub(crate) mod chart;
pub(crate) mod paper;

#[cfg(test)]
mod tests;
