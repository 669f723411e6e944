//! Lines over a socket: bounded, and never waiting for ever.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

const COMMAND_BYTES_MAX: usize = 4_096;
const CHUNK_BYTES_MAX: usize = 64 * 1024;
const IDLE_MAX: Duration = Duration::from_secs(120);

/// One end of a conversation.
pub(crate) struct Wire<S> {
    stream: BufReader<S>,
}

/// A command line, if it was one.
pub(crate) enum Line {
    Text(String),
    TooLong,
    End,
}

/// A message as it was sent, without the final dot.
pub(crate) enum Body {
    Whole(Vec<u8>),
    TooBig,
    /// The client left in the middle.
    Cut,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    /// The bare stream. What the client sent ahead of the TLS handshake is thrown away, or it
    /// could be taken for something said under TLS.
    pub(crate) fn into_stream(self) -> S {
        self.stream.into_inner()
    }

    /// Sends lines; each is given its line end.
    pub(crate) async fn say(&mut self, text: &str) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(text.replace('\n', "\r\n").as_bytes()).await?;
        stream.write_all(b"\r\n").await?;
        stream.flush().await
    }

    pub(crate) async fn command(&mut self) -> io::Result<Line> {
        let (mut line, mut too_long) = (Vec::new(), false);
        loop {
            let chunk = self.chunk(COMMAND_BYTES_MAX).await?;
            let ended = chunk.last() == Some(&b'\n');
            if chunk.is_empty() {
                return Ok(Line::End);
            }
            too_long |= line.len() + chunk.len() > COMMAND_BYTES_MAX;
            if !too_long {
                line.extend_from_slice(&chunk);
            }
            if ended && too_long {
                return Ok(Line::TooLong);
            }
            if ended {
                return Ok(Line::Text(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned()));
            }
        }
    }

    /// Reads `DATA` up to `CRLF . CRLF` (nothing less ends it, against smuggling), unstuffing dots.
    pub(crate) async fn body(&mut self, bytes_max: usize) -> io::Result<Body> {
        let (mut body, mut too_big, mut line_start) = (Vec::new(), false, true);
        loop {
            let chunk = self.chunk(CHUNK_BYTES_MAX).await?;
            if chunk.is_empty() {
                return Ok(Body::Cut);
            }
            if line_start && chunk == b".\r\n" {
                return Ok(if too_big { Body::TooBig } else { Body::Whole(body) });
            }
            let kept = if line_start && chunk.first() == Some(&b'.') { &chunk[1..] } else { &chunk[..] };
            too_big |= body.len() + kept.len() > bytes_max;
            if !too_big {
                body.extend_from_slice(kept);
            }
            line_start = chunk.ends_with(b"\r\n");
        }
    }

    /// Up to and with the next line end, at most `most` bytes; empty at the end of the stream.
    async fn chunk(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let mut chunk = Vec::new();
        loop {
            let read = tokio::time::timeout(IDLE_MAX, self.stream.fill_buf()).await;
            let available = read.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
            if available.is_empty() {
                return Ok(chunk);
            }
            let line_end = available.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            let take = line_end.unwrap_or(available.len()).min(most - chunk.len());
            chunk.extend_from_slice(&available[..take]);
            self.stream.consume(take);
            if chunk.last() == Some(&b'\n') || chunk.len() >= most {
                return Ok(chunk);
            }
        }
    }
}
