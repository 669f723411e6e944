//! A bank host that shares no code with the hub: `tests/peers/bankhost.py`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use aviso::config::{Config, Iso8583Config};
use serde_json::Value;

/// A running bank host; it ends when this is dropped.
#[derive(Debug)]
pub struct BankHost {
    /// Where it listens.
    pub port: u16,
    child: Child,
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

/// What stands of an authorization in the bank's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// The payment, as its id ends.
    pub payment: String,
    /// Whether it was approved and not reversed.
    pub stands: bool,
    /// What was taken and not given back.
    pub kept: i64,
    /// Whether what was not taken was released.
    pub is_void: bool,
}

impl BankHost {
    /// Starts one with these arguments.
    ///
    /// # Panics
    ///
    /// When Python or its packages are missing; `scripts/test` installs them.
    #[must_use]
    pub fn start(args: &[&str]) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let mut child = Command::new(format!("{folder}/target/peers/bin/python"))
            .arg(format!("{folder}/tests/peers/bankhost.py"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the Python of target/peers; scripts/test installs it");
        let stdin = child.stdin.take().expect("a pipe");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let port = line(&mut stdout)["port"].as_u64().and_then(|port| port.try_into().ok()).expect("a port");
        Self { port, child, pipes: Mutex::new((stdin, stdout)) }
    }

    /// Gives a command and reads the answer.
    ///
    /// # Panics
    ///
    /// When the host died or does not know the command.
    pub fn tell(&self, command: &str) -> Value {
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(pipes.0, "{command}").and_then(|()| pipes.0.flush()).expect("the bank host listens");
        let answer = line(&mut pipes.1);
        assert!(answer.get("error").is_none(), "{answer}");
        answer
    }

    /// How many messages of a type arrived; `connections` counts those.
    #[must_use]
    pub fn count(&self, what: &str) -> u64 {
        self.tell("counts")[what].as_u64().unwrap_or(0)
    }

    /// Every authorization in its books.
    ///
    /// # Panics
    ///
    /// When it has none to show.
    #[must_use]
    pub fn books(&self) -> Vec<Booked> {
        let books = self.tell("books");
        let entries = books.as_array().expect("a list");
        let read = |entry: &Value| Booked {
            payment: entry["payment"].as_str().unwrap_or_default().to_owned(),
            stands: entry["stands"] == true,
            kept: entry["kept"].as_i64().expect("an amount"),
            is_void: entry["void"] == true,
        };
        entries.iter().map(read).collect()
    }

    /// Lets a hub use this host first, without TLS and with a short time-out.
    pub fn configure(&self, config: &mut Config) {
        config.iso8583 = Some(Iso8583Config {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            tls: false,
            terminal_id: "TERM0001".to_owned(),
            merchant_id: "MERCHANT0000001".to_owned(),
            acquirer_id: "12345".to_owned(),
            response_timeout_ms: 2_000,
            echo_secs: 1,
            ..Iso8583Config::default()
        });
        config.payments.acquirer = "iso8583".to_owned();
        config.payments.test_acquirer = "iso8583".to_owned();
    }
}

fn line(from: &mut impl BufRead) -> Value {
    let mut text = String::new();
    from.read_line(&mut text).expect("a line of the bank host");
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("the bank host said {text:?}"))
}

impl Drop for BankHost {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
