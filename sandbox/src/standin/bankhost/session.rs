//! One caller.

use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::time::Duration;

use aviso_acquirers::iso8583::codec;
use aviso_acquirers::iso8583::message::Message;
use aviso_acquirers::iso8583::mti::Mti;
use aviso_acquirers::iso8583::profile::Header;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::{Fault, Shared};

/// What is echoed in every answer.
const ECHOED: [u8; 11] = [3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49];
/// Answers that may wait to be written.
const ANSWERS_MAX: usize = 4_096;

/// Serves a caller until one of the two hangs up.
pub(super) async fn serve(stream: impl AsyncRead + AsyncWrite + Send + 'static, shared: Arc<Shared>) -> Result<()> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (say, mut said) = mpsc::channel::<Vec<u8>>(ANSWERS_MAX);
    let write = async {
        while let Some(frame) = said.recv().await {
            writer.write_all(&frame).await?;
        }
        Ok(())
    };
    let read = async {
        loop {
            let bytes = read_frame(&mut reader, shared.config.profile.header).await?;
            let message = match &shared.config.mac {
                Some(key) => codec::open(&bytes, &shared.config.profile, key).map_err(bad)?,
                None => codec::decode(&bytes, &shared.config.profile).map_err(bad)?,
            };
            heard(&message, &shared, &say)?;
        }
    };
    tokio::select! {
        ended = write => ended,
        ended = read => ended,
    }
}

fn heard(message: &Message, shared: &Shared, say: &mpsc::Sender<Vec<u8>>) -> Result<()> {
    let Some(mti) = message.mti.answer() else { return Ok(()) };
    let mut desk = shared.desk();
    let subject = message.text(70).map(|subject| format!(" {subject}")).unwrap_or_default();
    desk.heard.push(format!("{}{subject}", message.mti));
    if message.mti == Mti::NETWORK {
        let refused = desk.refuses_sign_on && message.text(70) == Some("001");
        let answer = answer(mti, message, &[7, 11, 70], if refused { "05" } else { "00" })?;
        return send(say, frame(&answer, shared), Duration::ZERO);
    }
    let fault = if desk.faults.is_empty() { None } else { Some(desk.faults.remove(0)) };
    if fault == Some(Fault::LoseRequest) {
        return Ok(());
    }
    let said = desk.books.hear(message);
    let mut answer = answer(mti, message, &ECHOED, &said.code)?;
    if let Some(approval) = &said.approval {
        answer.set(38, approval).map_err(bad)?;
    }
    let now = Duration::ZERO;
    match fault {
        None => send(say, frame(&answer, shared), now),
        Some(Fault::LoseRequest | Fault::LoseAnswer) => Ok(()),
        Some(Fault::AnswerLate(by)) => send(say, frame(&answer, shared), by),
        Some(Fault::AnswerTwice) => {
            send(say, frame(&answer, shared), now)?;
            send(say, frame(&answer, shared), now)
        }
        Some(Fault::OtherAmount) => {
            let minor = answer.text(4).and_then(|digits| digits.parse::<i64>().ok()).unwrap_or(1) - 1;
            answer.set(4, format!("{minor:012}")).map_err(bad)?;
            send(say, frame(&answer, shared), now)
        }
        Some(Fault::OtherReference) => {
            answer.set(37, "ANOTHER00000").map_err(bad)?;
            send(say, frame(&answer, shared), now)
        }
        Some(Fault::Noise) => send(say, with_header(b"no message", shared.config.profile.header), now),
        Some(Fault::Cut) => Err(Error::new(ErrorKind::ConnectionAborted, "as scripted")),
    }
}

fn answer(mti: Mti, asked: &Message, echoed: &[u8], code: &str) -> Result<Message> {
    let mut answer = Message::new(mti);
    for field in echoed {
        if let Some(value) = asked.bytes(*field) {
            answer.set(*field, value).map_err(bad)?;
        }
    }
    answer.set(39, code).map_err(bad)?;
    Ok(answer)
}

fn send(say: &mpsc::Sender<Vec<u8>>, frame: Vec<u8>, by: Duration) -> Result<()> {
    if by.is_zero() {
        return say.try_send(frame).map_err(|_| Error::from(ErrorKind::BrokenPipe));
    }
    let say = say.clone();
    tokio::spawn(async move {
        tokio::time::sleep(by).await;
        // The caller may have hung up meanwhile.
        let _ = say.send(frame).await;
    });
    Ok(())
}

fn frame(message: &Message, shared: &Shared) -> Vec<u8> {
    let body = match &shared.config.mac {
        Some(key) => codec::seal(message, &shared.config.profile, key),
        None => codec::encode(message, &shared.config.profile),
    };
    with_header(&body, shared.config.profile.header)
}

fn with_header(body: &[u8], header: Header) -> Vec<u8> {
    let length = match header {
        Header::Binary2 => vec![(body.len() / 256) as u8, (body.len() % 256) as u8],
        Header::Packed2 => {
            let digits: Vec<u8> = format!("{:04}", body.len()).bytes().map(|digit| digit - b'0').collect();
            vec![digits[0] * 16 + digits[1], digits[2] * 16 + digits[3]]
        }
        Header::Ascii4 => format!("{:04}", body.len()).into_bytes(),
    };
    [length.as_slice(), body].concat()
}

async fn read_frame(reader: &mut (impl AsyncRead + Unpin), header: Header) -> Result<Vec<u8>> {
    let mut front = [0; 4];
    let width = if header == Header::Ascii4 { 4 } else { 2 };
    reader.read_exact(&mut front[..width]).await?;
    let tens = |digits: &[u8]| digits.iter().fold(0, |sum, digit| sum * 10 + usize::from(*digit));
    let length = match header {
        Header::Binary2 => usize::from(front[0]) * 256 + usize::from(front[1]),
        Header::Packed2 => tens(&[front[0] / 16, front[0] % 16, front[1] / 16, front[1] % 16]),
        Header::Ascii4 => tens(&front.map(|digit| digit.wrapping_sub(b'0') % 10)),
    };
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await?;
    Ok(body)
}

fn bad(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::InvalidData, error)
}
