//! A server that nobody has reason to trust.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

/// Signed by itself, for `localhost` and `127.0.0.1`, until 2120; its key guards nothing.
const CERTIFICATE: &[u8] = include_bytes!("self_signed/certificate.der");
const KEY: &[u8] = include_bytes!("self_signed/key.der");

/// Listens on loopback with a certificate that has signed itself.
///
/// # Panics
/// When it cannot listen.
pub async fn self_signed() -> SocketAddr {
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has them all")
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(CERTIFICATE)], PrivatePkcs8KeyDer::from(KEY).into())
        .expect("the key is the certificate's");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback is there");
    let address = listener.local_addr().expect("it listens");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Whoever looks at the certificate ends the handshake.
            drop(acceptor.accept(stream).await);
        }
    });
    address
}
