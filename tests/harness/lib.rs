//! The harness of the end-to-end tests: a hub of its own for each test, on a fresh database of
//! either kind, with real stand-ins on loopback sockets.

pub mod actor;
pub mod app;
pub mod bankhost;
pub mod browser;
pub mod card;
pub mod chromium;
pub mod database;
pub mod history;
pub mod peer;
pub mod process;
pub mod scan;
pub mod until;

/// Makes one test of a scenario for each database.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident: $type:ty) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$attribute])*
            async fn scenario($app: $type) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::app::TestApp::run($crate::database::Kind::Sqlite, scenario).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $crate::app::TestApp::run($crate::database::Kind::Postgres, scenario).await;
            }
        }
    )*};
}
