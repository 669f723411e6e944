//! Fresh databases: a SQLite file, or a database in a private PostgreSQL cluster.
//!
//! The cluster is started once per test process on a free port. The server refuses to run as root,
//! so privileges are dropped to the `postgres` user. A shell holds it and stops it when the test
//! process ends, however it ends: its standard input closes then.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use aviso_core::store::DatabaseUrl;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A database in the private cluster.
    Postgres,
}

/// A fresh database. A SQLite file is deleted with it.
#[derive(Debug)]
pub struct TestDatabase {
    /// Where it is.
    pub url: DatabaseUrl,
    folder: tempfile::TempDir,
}

impl TestDatabase {
    /// Makes one.
    ///
    /// # Panics
    ///
    /// When PostgreSQL is not installed or does not start.
    #[must_use]
    pub fn create(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match kind {
            Kind::Sqlite => DatabaseUrl::Sqlite(folder.path().join("aviso.db")),
            Kind::Postgres => DatabaseUrl::Postgres(cluster().create_database()),
        };
        Self { url, folder }
    }

    /// The folder beside it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// As the configuration writes it.
    #[must_use]
    pub fn url_text(&self) -> String {
        match &self.url {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(url) => url.clone(),
        }
    }
}

struct Cluster {
    bin: PathBuf,
    port: u16,
    next: AtomicU32,
    /// Closes with the process, and the shell then stops the server.
    _hold: std::process::Child,
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

/// The newest installed server's programs.
fn server_programs() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    found.retain(|bin| bin.join("postgres").exists());
    found.sort();
    found.pop().expect("PostgreSQL's server programs in /usr/lib/postgresql/*/bin; scripts/test installs them")
}

impl Cluster {
    fn start() -> Self {
        let bin = server_programs();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let script = format!(
            r#"set -e
dir=$(mktemp -d /tmp/aviso-postgres-XXXXXX)
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$dir"' EXIT
{bin}/initdb -D "$dir/data" -U aviso -A trust -E UTF8 --locale=C --no-sync >/dev/null
{bin}/postgres -D "$dir/data" -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="$dir" \
    -c max_connections=600 -c shared_buffers=128MB -c logging_collector=off >"$dir/log" 2>&1 </dev/null &
server=$!
read -r _ || true
"#,
            bin = bin.display()
        );
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh", "-c", &script]);
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", &script]);
            command
        };
        let hold = command
            .current_dir("/tmp")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("a shell that holds PostgreSQL");
        let cluster = Self { bin, port, next: AtomicU32::new(0), _hold: hold };
        let started = Instant::now();
        while !cluster.answers() {
            assert!(started.elapsed() < Duration::from_secs(60), "PostgreSQL did not start on port {port}");
            std::thread::sleep(Duration::from_millis(50));
        }
        cluster
    }

    fn answers(&self) -> bool {
        self.psql("postgres", "SELECT 1").is_some()
    }

    fn psql(&self, database: &str, sql: &str) -> Option<()> {
        let port = self.port.to_string();
        let status = Command::new(self.bin.join("psql"))
            .args(["-h", "127.0.0.1", "-p", &port, "-U", "aviso", "-d", database, "-qAtc", sql])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.ok().filter(std::process::ExitStatus::success).map(|_| ())
    }

    fn create_database(&self) -> String {
        let name = format!("test_{}", self.next.fetch_add(1, Ordering::SeqCst));
        self.psql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"))
            .expect("a fresh database in the private cluster");
        format!("postgres://aviso@127.0.0.1:{}/{name}", self.port)
    }
}

/// Everything in a PostgreSQL database as text; `None` for SQLite, whose files are read as they are.
///
/// # Panics
///
/// When `pg_dump` fails.
#[must_use]
pub fn dump(database: &TestDatabase) -> Option<Vec<u8>> {
    let DatabaseUrl::Postgres(url) = &database.url else { return None };
    let output = Command::new(cluster().bin.join("pg_dump")).args(["--inserts", url]).output().expect("pg_dump");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0)
}
