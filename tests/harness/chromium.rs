//! Headless Chromium by WebDriver (W3C), over the `chromedriver` of Debian.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use crate::until::{until, until_within};

/// The narrowest window that Chromium opens.
const WINDOW_WIDTH_MIN: u32 = 500;

/// A browser window.
#[derive(Debug)]
pub struct Chromium {
    /// The window.
    pub page: Client,
    driver: Child,
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// Opens a window of this size.
    ///
    /// # Panics
    ///
    /// When Chromium or its driver is not installed.
    pub async fn open(width: u32, height: u32) -> Self {
        Self::start(width, height, &[]).await
    }

    /// Opens a window on a device that is set to dark.
    ///
    /// # Panics
    ///
    /// When Chromium or its driver is not installed.
    pub async fn open_dark(width: u32, height: u32) -> Self {
        Self::start(width, height, &["--blink-settings=preferredColorScheme=0"]).await
    }

    async fn start(width: u32, height: u32, more: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver; scripts/test installs it");
        let profile = tempfile::tempdir().expect("a folder");
        let mut arguments = vec![
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            format!("--window-size={width},{height}"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
        let mut options = json!({ "args": arguments, "binary": "/usr/bin/chromium" });
        // A window is never as narrow as a phone, so the screen is made one.
        if width < WINDOW_WIDTH_MIN {
            let screen = json!({ "width": width, "height": height, "pixelRatio": 1.0 });
            options["mobileEmulation"] = json!({ "deviceMetrics": screen });
        }
        let wishes = json!({ "goog:chromeOptions": options });
        let wishes = wishes.as_object().cloned().unwrap_or_default();
        let url = format!("http://127.0.0.1:{port}");
        let page = until("Chromium", async || {
            ClientBuilder::new(HttpConnector::new()).capabilities(wishes.clone()).connect(&url).await.ok()
        })
        .await;
        Self { page, driver, _profile: profile }
    }

    /// Waits for an element. While a page gives way to the next one the driver answers with an error: it is not
    /// there yet.
    ///
    /// # Panics
    ///
    /// When it does not appear.
    pub async fn find(&self, css: &str) -> fantoccini::elements::Element {
        until_within(Duration::from_secs(30), css, async || self.page.find(Locator::Css(css)).await.ok()).await
    }

    /// Waits until the text of the first such element contains something.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub async fn shows(&self, css: &str, text: &str) {
        until(&format!("{css} showing {text:?}"), async || {
            for element in self.page.find_all(Locator::Css(css)).await.ok()? {
                if element.text().await.ok()?.contains(text) {
                    return Some(());
                }
            }
            None
        })
        .await;
    }

    /// Takes a picture of the window.
    ///
    /// # Panics
    ///
    /// When it cannot be taken or written.
    pub async fn picture(&self, path: &Path) {
        let png = self.page.screenshot().await.expect("a picture");
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).expect("a folder");
        }
        std::fs::write(path, png).expect("a written picture");
    }

    /// Closes the window.
    pub async fn close(mut self) {
        let _ = self.page.clone().close().await;
        // The driver has no other way to end.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.driver.kill();
    }
}
