//! What comes in over HTTP: the API, account pages, probes.
