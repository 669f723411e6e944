//! Other people's code that reads what the hub sends. `scripts/test` installs it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use aviso_sandbox::standin::shop::Received;

fn python(script: &str, args: &[&str], input: &[u8]) -> bool {
    let interpreter = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/peers/bin/python");
    let mut child = Command::new(interpreter)
        .args(["-c", script])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the Python of target/peers; scripts/test installs it");
    child.stdin.take().expect("a pipe").write_all(input).expect("input");
    let output = child.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("ModuleNotFoundError"), "{said}");
    output.status.success()
}

/// Whether the `standardwebhooks` library of PyPI accepts a webhook.
#[must_use]
pub fn verifies_webhook(received: &Received, secret: &str) -> bool {
    const SCRIPT: &str = "
import sys
from standardwebhooks.webhooks import Webhook
secret, id, timestamp, signature = sys.argv[1:5]
headers = {'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature}
Webhook(secret).verify(sys.stdin.buffer.read(), headers)
";
    let header = |name: &str| received_header(received, name);
    let (id, at, signature) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    python(SCRIPT, &[secret, &id, &at, &signature], received.raw.as_ref())
}

/// Whether PyNaCl, of PyPI, finds the Ed25519 signature of a webhook (`v1a`) to be of this public key, `whpk_…`.
#[must_use]
pub fn verifies_asymmetric(received: &Received, public_key: &str) -> bool {
    const SCRIPT: &str = "
import sys, base64
from nacl.signing import VerifyKey
public, id, timestamp, signatures = sys.argv[1:5]
key = VerifyKey(base64.b64decode(public.removeprefix('whpk_'), validate=True))
ours = [s.removeprefix('v1a,') for s in signatures.split(' ') if s.startswith('v1a,')]
assert len(ours) == 1
signed = f'{id}.{timestamp}.'.encode() + sys.stdin.buffer.read()
key.verify(signed, base64.b64decode(ours[0], validate=True))
";
    let header = |name: &str| received_header(received, name);
    let (id, at, signature) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    python(SCRIPT, &[public_key, &id, &at, &signature], received.raw.as_ref())
}

fn received_header(received: &Received, name: &str) -> String {
    let found = received.all_headers.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

/// Makes an RSA key (PKCS#1 PEM) and an Ed25519 seed, and gives the DNS records of both, for the
/// selectors `rsa` and `ed`.
///
/// # Panics
///
/// When the keys are not made.
#[must_use]
pub fn make_dkim_keys(rsa: &Path, seed: &Path, domain: &str) -> Vec<String> {
    const SCRIPT: &str = "
import sys, base64, subprocess
from nacl.signing import SigningKey
rsa, seed, domain = sys.argv[1:4]
pem = subprocess.run(['openssl', 'genrsa', '-traditional', '2048'], check=True, capture_output=True).stdout
open(rsa, 'wb').write(pem)
public = subprocess.run(['openssl', 'rsa', '-in', rsa, '-pubout', '-outform', 'DER'], check=True, capture_output=True).stdout
key = SigningKey.generate()
open(seed, 'w').write(base64.b64encode(bytes(key)).decode())
b64 = lambda data: base64.b64encode(data).decode()
open(seed + '.records', 'w').write(
    f'rsa._domainkey.{domain}=v=DKIM1; k=rsa; p={b64(public)}\\n'
    f'ed._domainkey.{domain}=v=DKIM1; k=ed25519; p={b64(bytes(key.verify_key))}')
";
    let (rsa, seed) = (rsa.display().to_string(), seed.display().to_string());
    assert!(python(SCRIPT, &[&rsa, &seed, domain], b""), "the keys were not made");
    let records = std::fs::read_to_string(format!("{seed}.records")).expect("the DNS records");
    records.lines().map(str::to_owned).collect()
}

/// Whether the `dkimpy` library of PyPI accepts every DKIM signature of a letter. `records` are the
/// DNS records by name, written `name=value`.
#[must_use]
pub fn verifies_dkim(letter: &[u8], records: &[String]) -> bool {
    const SCRIPT: &str = "
import sys, dkim
records = dict(r.split('=', 1) for r in sys.argv[1:])
lookup = lambda name, timeout=5: records[name.decode().rstrip('.')].encode()
letter = sys.stdin.buffer.read()
d = dkim.DKIM(letter)
count = sum(1 for name, _ in d.headers if name.lower() == b'dkim-signature')
assert count > 0
for index in range(count):
    assert d.verify(idx=index, dnsfunc=lookup), index
";
    let args: Vec<&str> = records.iter().map(String::as_str).collect();
    python(SCRIPT, &args, letter)
}

/// The text that the `pypdf` library of PyPI reads in a PDF.
///
/// # Panics
///
/// When it cannot be read.
#[must_use]
pub fn text_of_pdf(pdf: &[u8]) -> String {
    const SCRIPT: &str = "
import sys, io
from pypdf import PdfReader
reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()), strict=True)
open(sys.argv[1], 'w').write('\\n'.join(page.extract_text() for page in reader.pages))
";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("text");
    assert!(python(SCRIPT, &[&path.display().to_string()], pdf), "the PDF is unreadable");
    std::fs::read_to_string(path).expect("its text")
}
