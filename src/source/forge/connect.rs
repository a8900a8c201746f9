//! Owns the connection to one API: the address, the proxy in front of it, the roots that TLS trusts, the token in its header. Redirects are
//! never followed, so that no other origin hears anything. Refuses to ask.

use std::path::Path;
use std::sync::Arc;

use http::header::{HeaderValue, USER_AGENT};
use http::{HeaderName, Uri};
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioExecutor;
use octocrab::service::middleware::auth_header::AuthHeaderLayer;
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::service::middleware::extra_headers::ExtraHeadersLayer;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::{Forge, Secret};
use crate::error::Error;
use crate::source;

/// Bytes of a file of certificates.
const ROOT_BYTES: usize = 4 * 1024 * 1024;

/// The address of an API: https, or plain on this very machine; nothing but a host and a path.
pub(super) fn base(api: &str) -> Result<String, Error> {
    let (rest, secure) = match (api.strip_prefix("https://"), api.strip_prefix("http://")) {
        (Some(rest), _) => (rest, true),
        (_, Some(rest)) => (rest, false),
        _ => return Err(no_address(api)),
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '[' | ']' | '/');
    if host.is_empty() || !rest.chars().all(plain) || path.split('/').any(|part| part == "..") {
        return Err(no_address(api));
    }
    let loopback = host.strip_prefix("127.0.0.1").or(host.strip_prefix("[::1]"));
    let loopback =
        loopback.is_some_and(|port| port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()));
    if !secure && !loopback {
        return Err(Error::usage("a token is sent over https only").hint("GITHUB_API_URL=https://…"));
    }
    Ok(api.trim_end_matches('/').to_owned())
}

fn no_address(api: &str) -> Error {
    // What stands before an `@` is a secret.
    let shown = api.rsplit('@').next().unwrap_or(api);
    Error::usage(format!("`{shown}` is no address of an API"))
        .hint("GITHUB_API_URL=https://HOST[/PATH], without user, query or fragment")
}

/// A client of one API; only inside of a runtime.
///
/// # Errors
/// Usage: the token, the proxy or the file of certificates cannot be used.
pub(super) fn client(forge: &Forge, base: &str) -> Result<Octocrab, Error> {
    let uri: Uri = base.parse().map_err(|_| no_address(base))?;
    let (https, host) = (uri.scheme_str() == Some("https"), uri.host().unwrap_or_default());
    let mut direct = HttpConnector::new();
    direct.enforce_http(false);
    let tls = HttpsConnectorBuilder::new().with_tls_config(tls(forge.roots.as_deref())?).https_or_http().enable_http1();
    match forge.proxy.as_ref().filter(|_| https && !passed_by(&forge.no_proxy, host)) {
        Some(proxy) => {
            let (address, user) = proxy_address(proxy)?;
            let tunnel = Tunnel::new(address, direct);
            let tunnel = match user {
                Some(user) => tunnel.with_auth(user),
                None => tunnel,
            };
            built(forge, uri, Client::builder(TokioExecutor::new()).build::<_, OctoBody>(tls.wrap_connector(tunnel)))
        }
        None => built(forge, uri, Client::builder(TokioExecutor::new()).build::<_, OctoBody>(tls.wrap_connector(direct))),
    }
}

fn built<C>(forge: &Forge, base: Uri, client: Client<C, OctoBody>) -> Result<Octocrab, Error>
where
    C: hyper_util::client::legacy::connect::Connect + Clone + Send + Sync + 'static,
{
    let token = forge.token.as_ref().map(|token| header(&format!("Bearer {}", token.0))).transpose();
    let token = token.map_err(|()| Error::usage("the token for the forge is none: it has characters that no token has"))?;
    let own: [(HeaderName, &'static str); 3] = [
        (USER_AGENT, "tollgate"),
        (http::header::ACCEPT, "application/vnd.github+json"),
        (HeaderName::from_static("x-github-api-version"), "2022-11-28"),
    ];
    let own = own.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
    let built = OctocrabBuilder::new_empty()
        .with_service(client)
        .with_layer(&ExtraHeadersLayer::new(Arc::new(own)))
        .with_layer(&BaseUriLayer::new(base.clone()))
        .with_layer(&AuthHeaderLayer::new(token, base.clone(), base))
        .with_auth(AuthState::None)
        .build();
    let Ok(client) = built;
    Ok(client)
}

/// A value that no log shows.
fn header(text: &str) -> Result<HeaderValue, ()> {
    let mut value = HeaderValue::from_str(text).map_err(|_| ())?;
    value.set_sensitive(true);
    Ok(value)
}

/// The roots that are compiled in, or those of a file, as OpenSSL takes them.
fn tls(roots: Option<&Path>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::incomplete("no connection to the forge can be prepared"))?;
    let Some(path) = roots else { return Ok(builder.with_webpki_roots().with_no_client_auth()) };
    let none = |why: &str| {
        Error::usage(format!("SSL_CERT_FILE={} {why}", path.display())).hint("a file of certificates in PEM, or leave it unset")
    };
    let file = source::read_named_stream(path, ROOT_BYTES).map_err(|_| none("cannot be read"))?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(file.text.as_bytes()) {
        let certificate = certificate.map_err(|_| none("is no file of certificates"))?;
        // As OpenSSL does, one that cannot be used is passed over.
        let _ = store.add(certificate);
    }
    if store.is_empty() {
        return Err(none("holds no certificate"));
    }
    Ok(builder.with_root_certificates(store).with_no_client_auth())
}

/// The address of a proxy and what it asks for; no message names either.
fn proxy_address(proxy: &Secret) -> Result<(Uri, Option<HeaderValue>), Error> {
    let wrong = || Error::usage("HTTPS_PROXY is no address of a proxy").hint("http://HOST:PORT");
    let text = proxy.0.strip_prefix("http://").or((!proxy.0.contains("://")).then_some(&proxy.0)).ok_or_else(wrong)?;
    let (user, address) = text.rsplit_once('@').map_or((None, text), |(user, address)| (Some(user), address));
    let address = format!("http://{}", address.trim_end_matches('/')).parse().map_err(|_| wrong())?;
    let user = user.map(|user| header(&format!("Basic {}", base64(&decoded(user))))).transpose().map_err(|()| wrong())?;
    Ok((address, user))
}

/// Bytes of a text in which `%XX` stands for one.
fn decoded(text: &str) -> Vec<u8> {
    let (mut out, bytes) = (Vec::new(), text.as_bytes());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(|code| u8::from_str_radix(code, 16).ok());
        out.push(code.unwrap_or(*byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    out
}

fn base64(bytes: &[u8]) -> String {
    use base64ct::Encoding as _;
    base64ct::Base64::encode_string(bytes)
}

/// Whether a host is one that no proxy is asked for: named itself, by a domain that it lies in, or by `*`.
fn passed_by(list: &str, host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    list.split(',').map(|entry| entry.trim().to_ascii_lowercase()).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.strip_prefix("*.").or(entry.strip_prefix('.')).unwrap_or(&entry);
        entry == "*" || host == entry || host.strip_suffix(entry).is_some_and(|start| start.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_over_https_or_this_machine() {
        for good in ["https://api.github.com", "https://git.example/api/v3/", "http://127.0.0.1:80", "http://[::1]:8080/x"] {
            assert!(base(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "api.github.com",
            "ftp://x",
            "http://api.github.com",
            "http://127.0.0.1.evil.example",
            "http://127.0.0.1:80@evil.example",
            "https://user:secret@api.github.com",
            "https://x/?q",
            "https://x/#f",
            "https://x/../y",
            "https://",
            "https://x y",
        ] {
            let error = base(bad).expect_err(bad);
            assert!(!error.message.contains("secret"), "{}", error.message);
        }
    }

    #[test]
    fn a_proxy_is_passed_by_for_the_hosts_that_say_so() {
        for list in ["*", "git.example", "x, .example", "EXAMPLE", "*.example"] {
            assert!(passed_by(list, "git.example"), "{list}");
        }
        for list in ["", "it.example", "git.example.org", "git.exampl", "a.git.example"] {
            assert!(!passed_by(list, "git.example"), "{list}");
        }
        assert!(passed_by("::1", "[::1]"));
    }

    #[test]
    fn what_a_proxy_asks_for_is_told_to_it_alone() {
        let (address, user) = proxy_address(&Secret::new("http://ada:s%40cret@proxy.example:3128/".to_owned())).expect("one");
        assert_eq!(address.to_string(), "http://proxy.example:3128/");
        let user = user.expect("a header");
        assert_eq!((user.is_sensitive(), user.to_str().expect("text")), (true, "Basic YWRhOnNAY3JldA=="));
        assert!(proxy_address(&Secret::new("proxy.example:3128".to_owned())).is_ok_and(|(_, user)| user.is_none()));
        for bad in ["socks5://secret:x@proxy:1", "http://secret proxy", "http://"] {
            let error = proxy_address(&Secret::new(bad.to_owned())).expect_err(bad);
            assert!(!error.message.contains("secret"), "{}", error.message);
        }
    }

    #[test]
    fn roots_are_a_file_of_certificates() {
        let folder = std::env::temp_dir().join(format!("tollgate-roots-{}", std::process::id()));
        std::fs::write(&folder, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").expect("written");
        assert!(tls(Some(&folder)).is_err_and(|error| error.message.ends_with("holds no certificate")));
        std::fs::remove_file(&folder).expect("removed");
        assert!(tls(Some(&folder)).is_err_and(|error| error.message.ends_with("cannot be read")));
        assert!(tls(None).is_ok());
    }
}
