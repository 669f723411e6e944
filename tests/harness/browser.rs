//! A browser without scripts: cookies, forms, redirects.

use std::collections::BTreeMap;

use crate::app::TestApp;

/// A browser with its own cookies.
#[derive(Debug)]
pub struct Browser {
    app: TestApp,
    cookies: BTreeMap<String, String>,
}

/// A page that was answered.
#[derive(Debug, Clone)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// The HTML.
    pub text: String,
    /// Where it sends the browser.
    pub location: Option<String>,
    /// Where it sends the browser after how many seconds.
    pub refresh: Option<String>,
    /// What the browser may load and do.
    pub policy: String,
}

/// The path and query of an address.
///
/// # Panics
///
/// When it is not an address.
#[must_use]
pub fn path_of(url: &str) -> String {
    let url = url::Url::parse(url).expect("an address");
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

impl Page {
    /// Checks the status.
    ///
    /// # Panics
    ///
    /// When it is another one; shows the page.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The text between two marks; empty when they are not there.
    #[must_use]
    pub fn between(&self, start: &str, end: &str) -> String {
        let rest = self.text.split_once(start).map_or("", |(_, rest)| rest);
        rest.split_once(end).map_or("", |(found, _)| found).to_owned()
    }

    /// The number of two digits that the page shows big.
    ///
    /// # Panics
    ///
    /// When it shows none.
    #[must_use]
    pub fn code(&self) -> String {
        let marked = self.between("<strong class=\"code\"", "</strong>");
        let code = marked.rsplit('>').next().unwrap_or_default().to_owned();
        assert_eq!(code.trim().len(), 2, "no number to match on {}", self.text);
        code.trim().to_owned()
    }

    /// Whether there is a form that posts to this path.
    #[must_use]
    pub fn has_form(&self, action: &str) -> bool {
        self.text.contains(&format!("action=\"{action}\""))
    }

    fn hidden(&self, name: &str) -> Option<String> {
        let at = self.text.find(&format!("name=\"{name}\""))?;
        let tag_start = self.text[..at].rfind('<')?;
        let tag_end = at + self.text[at..].find('>')?;
        let tag = &self.text[tag_start..tag_end];
        tag.split_once("value=\"")?.1.split_once('"').map(|(value, _)| value.to_owned())
    }
}

impl Browser {
    /// A browser that was never here.
    #[must_use]
    pub fn new(app: &TestApp) -> Self {
        Self { app: app.clone(), cookies: BTreeMap::new() }
    }

    /// The cookies as the browser sends them.
    #[must_use]
    pub fn cookies(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
        let response = request.header("cookie", self.cookies()).send().await.expect("an answer");
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap_or_default();
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                if value.is_empty() || cookie.contains("Max-Age=0") {
                    self.cookies.remove(name);
                } else {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (location, refresh) = (header("location"), header("refresh"));
        let policy = ["content-security-policy", "referrer-policy", "cache-control"].map(header);
        let policy = policy.into_iter().flatten().collect::<Vec<_>>().join("\n");
        let status = response.status().as_u16();
        Page { status, text: response.text().await.expect("a page"), location, refresh, policy }
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Page {
        let request = self.app.http.get(self.app.url(path));
        self.send(request).await
    }

    /// Posts fields as they are.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.app.http.post(self.app.url(path)).form(fields);
        self.send(request).await
    }

    /// Fills in a page's form and sends it, with the token that stands in it.
    pub async fn submit(&mut self, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = page.hidden("form_token").unwrap_or_default();
        let mut all = fields.to_vec();
        all.push(("form_token", &token));
        self.post(path, &all).await
    }

    /// Goes to an address of the hub whatever name it has for itself, and follows no redirect.
    pub async fn visit(&mut self, url: &str) -> Page {
        self.get(&path_of(url)).await
    }

    /// Follows redirects to a page of the hub.
    pub async fn follow(&mut self, mut page: Page) -> Page {
        while let Some(location) = page.location.clone().filter(|_| (300..400).contains(&page.status)) {
            let path = location.strip_prefix(&self.app.url("")).unwrap_or(&location).to_owned();
            page = self.get(&path).await;
        }
        page
    }
}
