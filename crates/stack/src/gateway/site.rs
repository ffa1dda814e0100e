//! The client's files, as the distribution serves them from its bucket.

use std::{
    io,
    path::{Component, Path, PathBuf},
};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header, request::Parts};
use http_body_util::Full;
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};

/// A folder of built files, if there is one.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    folder: Option<PathBuf>,
}

/// Shown until the client has been built.
const NOT_BUILT: &str = include_str!("not_built.html");

/// Files with a hash of their content in the name; a build puts nothing else into this folder.
const HASHED_FOLDER: &str = "assets/";

impl Site {
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    pub(crate) async fn answer(&self, parts: &Parts) -> Response<Full<Bytes>> {
        self.find(parts).await.map(Full::new)
    }

    async fn find(&self, parts: &Parts) -> Response<Bytes> {
        if !super::reads(&parts.method) {
            let mut response = super::text(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD.\n");
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        let Some(folder) = &self.folder else {
            let mut response = Response::new(Bytes::from_static(NOT_BUILT.as_bytes()));
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            set(&mut response, header::CONTENT_TYPE, "text/html; charset=utf-8");
            set(&mut response, header::CACHE_CONTROL, "no-store");
            return response;
        };
        let Some(name) = file_name(parts.uri.path()) else {
            return super::text(StatusCode::NOT_FOUND, "Not found.\n");
        };
        match read(folder, &name).await {
            Ok(bytes) => file(parts, &name, bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                super::text(StatusCode::NOT_FOUND, "Not found.\n")
            }
            Err(error) => {
                tracing::error!(%error, "a file of the client could not be read");
                super::text(StatusCode::INTERNAL_SERVER_ERROR, "The file could not be read.\n")
            }
        }
    }
}

/// The file a path means; `None` for paths that leave the folder.
///
/// The rule of the distribution's function: a last segment without a dot is one of the client's own pages, and they
/// all are `index.html`.
fn file_name(path: &str) -> Option<String> {
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let name = decoded.trim_start_matches('/');
    let last = name.rsplit('/').next().unwrap_or_default();
    if !last.contains('.') {
        return Some("index.html".to_owned());
    }
    let plain = Path::new(name)
        .components()
        .all(|it| matches!(it, Component::Normal(_)));
    (plain && !name.contains(['\\', '\0'])).then(|| name.to_owned())
}

async fn read(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
    let (folder, path) = (folder.to_owned(), folder.join(name));
    let read = move || {
        // A link must not lead out of the folder.
        let path = path.canonicalize()?;
        if !path.starts_with(folder.canonicalize()?) || !path.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        std::fs::read(path)
    };
    tokio::task::spawn_blocking(read)
        .await
        .map_err(io::Error::other)?
}

fn file(parts: &Parts, name: &str, bytes: Vec<u8>) -> Response<Bytes> {
    let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&bytes)[..16]));
    let known = parts
        .headers
        .get(header::IF_NONE_MATCH)
        .and_then(|it| it.to_str().ok());
    let mut response = if known.is_some_and(|it| it.split(',').any(|it| it.trim() == tag || it.trim() == "*"))
    {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let mut response = Response::new(Bytes::from(bytes));
        set(&mut response, header::CONTENT_TYPE, content_type(name));
        response
    };
    let keep = if name.starts_with(HASHED_FOLDER) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    set(&mut response, header::CACHE_CONTROL, keep);
    set(&mut response, header::ETAG, &tag);
    response
}

fn set(response: &mut Response<Bytes>, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn content_type(name: &str) -> &'static str {
    match name
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "gif" => "image/gif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "wasm" => "application/wasm",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{Method, Request};

    fn site() -> (tempfile::TempDir, Site) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("dist")).unwrap();
        std::fs::create_dir(folder.path().join("dist/assets")).unwrap();
        std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        std::fs::write(folder.path().join("dist/index.html"), "<p>hi</p>").unwrap();
        std::fs::write(folder.path().join("dist/assets/app-1a2b.js"), "1").unwrap();
        let site = Site::new(Some(folder.path().join("dist")));
        (folder, site)
    }

    async fn get(site: &Site, path: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        site.find(&request.body(()).unwrap().into_parts().0).await
    }

    #[tokio::test]
    async fn pages_are_index_html_and_files_themselves() {
        let (_folder, site) = site();
        for path in ["/", "/history", "/analyses/0192/"] {
            let page = get(&site, path, &[]).await;
            assert_eq!(
                (page.status().as_u16(), page.body().as_ref()),
                (200, b"<p>hi</p>".as_slice()),
                "{path}"
            );
            assert_eq!(page.headers()["cache-control"], "no-cache");
        }
        let script = get(&site, "/assets/app-1a2b.js", &[]).await;
        assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
        assert_eq!(
            script.headers()["cache-control"],
            "public, max-age=31536000, immutable"
        );
        assert_eq!(get(&site, "/assets/gone.js", &[]).await.status(), 404);
    }

    #[tokio::test]
    async fn nothing_outside_the_folder_is_served() {
        let (folder, site) = site();
        std::os::unix::fs::symlink(
            folder.path().join("secret.txt"),
            folder.path().join("dist/link.txt"),
        )
        .unwrap();
        for path in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/assets/..%5c..%5csecret.txt",
            "/link.txt",
            "/x%00.txt",
        ] {
            assert_eq!(get(&site, path, &[]).await.status(), 404, "{path}");
        }
    }

    #[tokio::test]
    async fn what_a_browser_has_is_not_sent_again() {
        let (_folder, site) = site();
        let first = get(&site, "/", &[]).await;
        let tag = first.headers()["etag"].to_str().unwrap();
        let again = get(&site, "/", &[("if-none-match", tag)]).await;
        assert_eq!((again.status().as_u16(), again.body().len()), (304, 0));
    }

    #[tokio::test]
    async fn only_reading_is_possible_and_a_missing_client_says_how_to_build_it() {
        let (_folder, site) = site();
        let request = Request::builder().method(Method::POST).uri("/").body(()).unwrap();
        assert_eq!(site.find(&request.into_parts().0).await.status(), 405);
        let missing = get(&Site::new(None), "/", &[]).await;
        assert_eq!(missing.status(), 503);
        assert!(
            std::str::from_utf8(missing.body())
                .unwrap()
                .contains("cargo xtask up")
        );
    }
}
