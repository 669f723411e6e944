//! What pages load: style sheets and one icon, and the scripts of the Mini App and of the bell; built into the program.

use axum::http::header;
use axum::response::IntoResponse;

const A_DAY: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=86400");

/// The style sheet's path. The digest changes with its content, so a browser's copy is never stale.
pub(super) fn style_path() -> String {
    static PATH: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let digest = aviso_core::secret::sha256_hex(include_bytes!("../../assets/style.css"));
        format!("/assets/style.css?{}", &digest[..12])
    });
    PATH.clone()
}

/// The script's path, made in the same way.
pub(super) fn app_path() -> String {
    let digest = aviso_core::secret::sha256_hex(include_bytes!("../../assets/app.js"));
    format!("/assets/app.js?{}", &digest[..12])
}

/// The path of the script that keeps the number of unread items up to date.
pub(super) fn bell_path() -> String {
    static PATH: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let digest = aviso_core::secret::sha256_hex(include_bytes!("../../assets/bell.js"));
        format!("/assets/bell.js?{}", &digest[..12])
    });
    PATH.clone()
}

/// `GET /assets/bell.js`.
pub(super) async fn bell() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), A_DAY], include_str!("../../assets/bell.js"))
}

/// The path of what the checkout page adds to the style sheet.
pub(super) fn pay_style_path() -> String {
    static PATH: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let digest = aviso_core::secret::sha256_hex(include_bytes!("../../assets/pay.css"));
        format!("/assets/pay.css?{}", &digest[..12])
    });
    PATH.clone()
}

/// `GET /assets/pay.css`.
pub(super) async fn pay_style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), A_DAY], include_str!("../../assets/pay.css"))
}

/// `GET /assets/style.css`.
pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), A_DAY], include_str!("../../assets/style.css"))
}

/// `GET /assets/icon.svg`.
pub(super) async fn icon() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "image/svg+xml"), A_DAY], include_str!("../../assets/icon.svg"))
}

/// The path of the script that keeps a list in the cabinet fresh.
pub(crate) fn cabinet_path() -> String {
    static PATH: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let digest = aviso_core::secret::sha256_hex(include_bytes!("../../assets/cabinet.js"));
        format!("/assets/cabinet.js?{}", &digest[..12])
    });
    PATH.clone()
}

/// `GET /assets/cabinet.js`.
pub(super) async fn cabinet() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), A_DAY], include_str!("../../assets/cabinet.js"))
}

/// `GET /assets/app.js`.
pub(super) async fn app() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), A_DAY], include_str!("../../assets/app.js"))
}
