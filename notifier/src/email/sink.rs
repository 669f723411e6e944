//! A scripted SMTP server for tests: plain sockets on loopback, no SMTP library.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What the server says at each step. `None` says nothing and keeps the connection open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script {
    pub(crate) greeting: Option<&'static str>,
    pub(crate) auth: &'static str,
    pub(crate) mail: &'static str,
    pub(crate) rcpt: &'static str,
    pub(crate) content: Option<&'static str>,
    /// Closes the connection after the first line of a letter.
    pub(crate) hang_up_in_letter: bool,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            greeting: Some("220 sink"),
            auth: "235 2.7.0 welcome",
            mail: "250 2.1.0 ok",
            rcpt: "250 2.1.5 ok",
            content: Some("250 2.0.0 queued as 42"),
            hang_up_in_letter: false,
        }
    }
}

/// What the server speaks over.
trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// A running server.
#[derive(Debug, Clone)]
pub(crate) struct Sink {
    pub(crate) port: u16,
    script: Arc<Mutex<Script>>,
    seen: Arc<Mutex<Seen>>,
}

/// What the server saw.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    pub(crate) letters: Vec<String>,
}

impl Sink {
    /// A server that speaks in the clear.
    pub(crate) async fn start(script: Script) -> Self {
        Self::listen(script, None).await
    }

    /// A server that speaks TLS from the first byte.
    pub(crate) async fn start_tls(script: Script, tls: TlsAcceptor) -> Self {
        Self::listen(script, Some(tls)).await
    }

    async fn listen(script: Script, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Self { port, script: Arc::new(Mutex::new(script)), seen: Arc::default() };
        let server = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                server.seen.lock().unwrap().connections += 1;
                let (server, tls) = (server.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => server.serve(tls.accept(stream).await.ok()?).await,
                        None => server.serve(stream).await,
                    }
                });
            }
        });
        sink
    }

    pub(crate) fn follow(&self, script: Script) {
        *self.script.lock().unwrap() = script;
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }

    async fn serve(self, stream: impl Stream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        say(&mut stream, self.script().greeting).await?;
        loop {
            let line = read(&mut stream).await?;
            let script = self.script();
            let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            let answer = match verb.trim_end() {
                "EHLO" => Some("250-sink\r\n250 AUTH PLAIN"),
                "AUTH" => Some(script.auth),
                "MAIL" => Some(script.mail),
                "RCPT" => Some(script.rcpt),
                "DATA" => {
                    say(&mut stream, Some("354 go on")).await?;
                    self.read_letter(&mut stream).await?;
                    script.content
                }
                "QUIT" => return None,
                _ => Some("250 ok"),
            };
            say(&mut stream, answer).await?;
        }
    }

    async fn read_letter(&self, stream: &mut BufReader<impl Stream>) -> Option<()> {
        let mut letter = String::new();
        loop {
            let line = read(stream).await?;
            if self.script().hang_up_in_letter {
                return None;
            }
            if line == ".\r\n" {
                self.seen.lock().unwrap().letters.push(letter);
                return Some(());
            }
            letter.push_str(&line);
        }
    }

    fn script(&self) -> Script {
        *self.script.lock().unwrap()
    }
}

async fn say(stream: &mut BufReader<impl Stream>, line: Option<&str>) -> Option<()> {
    match line {
        Some(line) => stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.ok(),
        None => Some(()),
    }
}

async fn read(stream: &mut BufReader<impl Stream>) -> Option<String> {
    let mut line = String::new();
    let count = stream.read_line(&mut line).await.ok()?;
    (count > 0).then_some(line)
}
