//! Connections of PostgreSQL whose rows of a COPY are taken out before the driver. They must be as safe as all others: whether
//! and how TLS is spoken follows from the same settings.
use super::copy_tap::{Outlet, Tap};
use futures_util::{FutureExt, future::BoxFuture};
use std::{convert::Infallible, future, io};
use tokio::{io::AsyncWrite, net::UnixStream};
use tokio_postgres::{
    Client, Config, Error, NoTls, Socket,
    config::{Host, SslMode, SslNegotiation},
    tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream},
};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::either::Either;

type Encrypted = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;
type Handshake = <MakeRustlsConnect as MakeTlsConnect<Socket>>::TlsConnect;

/// A client, and what drives it.
pub(crate) type Driven = (Client, BoxFuture<'static, ()>);

/// Connects, with TLS where there are settings for it.
///
/// # Errors
/// The driver's.
pub(crate) async fn connect(config: &Config, tls: Option<MakeRustlsConnect>, outlet: Outlet) -> Result<Driven, Error> {
    if let Some(Host::Unix(directory)) = config.get_hosts().first() {
        return over_socket(config, directory, outlet).await;
    }
    let mut config = config.clone();
    if tls.is_none() {
        // The driver wraps a stream only where it believes that this is TLS. `Direct` keeps it from asking the server.
        config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
    }
    let (client, io) = config.connect(Tapping { tls, outlet }).await?;
    Ok((client, io.map(drop).boxed()))
}

async fn over_socket(config: &Config, directory: &std::path::Path, outlet: Outlet) -> Result<Driven, Error> {
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let Ok(socket) = UnixStream::connect(directory.join(format!(".s.PGSQL.{port}"))).await else {
        // The driver says why in its own words.
        let (client, io) = config.connect(NoTls).await?;
        return Ok((client, io.map(drop).boxed()));
    };
    let (client, io) = config.connect_raw(Tap::new(socket, outlet), NoTls).await?;
    Ok((client, io.map(drop).boxed()))
}

/// Puts a tap behind the handshake, or where it would be.
#[derive(Clone)]
struct Tapping {
    tls: Option<MakeRustlsConnect>,
    outlet: Outlet,
}

/// The same for one connection.
struct TappingOnce {
    handshake: Option<Handshake>,
    outlet: Outlet,
}

impl MakeTlsConnect<Socket> for Tapping {
    type Stream = Tap<Either<Socket, Encrypted>>;
    type TlsConnect = TappingOnce;
    type Error = Infallible;

    fn make_tls_connect(&mut self, host: &str) -> Result<TappingOnce, Infallible> {
        let connector = |tls: &mut MakeRustlsConnect| MakeTlsConnect::<Socket>::make_tls_connect(tls, host);
        Ok(TappingOnce { handshake: self.tls.as_mut().map(connector).transpose()?, outlet: self.outlet.clone() })
    }
}

impl TlsConnect<Socket> for TappingOnce {
    type Stream = Tap<Either<Socket, Encrypted>>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Stream>>;

    fn connect(self, socket: Socket) -> Self::Future {
        let Self { handshake, outlet } = self;
        let Some(handshake) = handshake else {
            return future::ready(Ok(Tap::new(Either::Left(socket), outlet))).boxed();
        };
        let handshake = handshake.connect(socket);
        async move { Ok(Tap::new(Either::Right(handshake.await?), outlet)) }.boxed()
    }
}

impl TlsStream for Tap<Either<Socket, Encrypted>>
where
    Self: AsyncWrite,
{
    fn channel_binding(&self) -> ChannelBinding {
        match self.inner() {
            Either::Left(_) => ChannelBinding::none(),
            Either::Right(encrypted) => encrypted.channel_binding(),
        }
    }
}
