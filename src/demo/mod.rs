//! `drawbridge demo`: a legacy database, a token issuer and the bridge on loopback, with nothing installed.
//!
//! The issuer and its key live in this module alone: `serve` has no way to reach them.
pub mod commands;
pub mod issuer;
pub mod people;
pub mod story;

use crate::{
    cli::{
        serve::{self, Failure},
        terminal::{self, Exit},
    },
    config::{
        Config,
        load::{self, Needs},
    },
    confinement::Confined,
    http::{
        live::Live,
        server::{self, Listening},
    },
    store::runtime::DatabaseRuntime,
    supervisor::Sockets,
};
use actix_web::web;
use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

/// The audience of the demo's tokens.
const AUDIENCE: &str = "https://legacy-users.demo.example";

/// Where the parts of a running demo are.
pub struct Addresses {
    /// The bridge.
    pub bridge: String,
    /// The ops listener.
    pub ops: String,
    /// The issuer, without a trailing slash.
    pub issuer: String,
}

/// Runs the demo until it is stopped, or its story to the end.
#[must_use]
pub fn run(listen: SocketAddr, story: bool) -> Exit {
    if !listen.ip().is_loopback() {
        terminal::error(
            &format!("`--listen` is {listen}, and the demo's passwords are public"),
            Some("choose a loopback address such as 127.0.0.1:8080"),
        );
        return Exit::Usage;
    }
    // The story prints its own account; warnings would still be worth seeing.
    let level = if story { "error" } else { "warn" };
    if let Err(error) = crate::telemetry::logging::start(false, level) {
        terminal::error(&error, None);
        return Exit::Usage;
    }
    let directory = std::env::temp_dir().join(format!("drawbridge-demo-{}", std::process::id()));
    let result = play(&directory, listen, story);
    // What the demo made goes with it.
    let _ = std::fs::remove_dir_all(&directory);
    match result {
        Ok(exit) => exit,
        Err(Failure::Wrong(message, hint) | Failure::Unreachable(message, hint)) => {
            terminal::error(&message, hint.as_deref());
            Exit::Failed
        }
    }
}

fn play(directory: &Path, listen: SocketAddr, story: bool) -> Result<Exit, Failure> {
    std::fs::create_dir_all(directory).map_err(|error| failure("no directory for the demo", &error))?;
    let runtime = DatabaseRuntime::start().map_err(|error| failure("no threads for the database", &error))?;
    actix_web::rt::System::new().block_on(async {
        let database = directory.join("legacy.db");
        people::create_database(&database).map_err(|error| failure("the legacy database of the demo", &error))?;
        let issuer = issuer::start(AUDIENCE).map_err(|error| failure("the issuer of the demo", &error))?;
        let config = configuration(directory, &database, listen, &issuer.url)?;
        let bridge = serve::assemble(&config, &runtime, None, None).await?;
        let live = web::Data::new(Live::new(bridge, Confined::default()));
        let sockets = Sockets::bind(config.server.listen, config.ops.listen);
        let sockets = sockets.map_err(|(message, hint)| Failure::Wrong(message, hint))?;
        let listening =
            server::start(live, &config.server, sockets, None).map_err(|error| Failure::Wrong(error, None))?;
        let addresses = addresses(&listening, &issuer.url);
        if story {
            let (ended, end) = tokio::sync::oneshot::channel();
            let serving = actix_web::rt::spawn(listening.serve_until(async move {
                // The story's end, told or broken off, is the end of the service.
                let _ = end.await;
            }));
            let right = story::tell(&addresses).await;
            let _ = ended.send(());
            let served = serving.await.map_err(|error| failure("a listener", &error))?;
            served.map_err(|error| failure("a listener", &error))?;
            return Ok(if right { Exit::Done } else { Exit::Failed });
        }
        commands::print(&addresses, &people::all());
        let stopped = async {
            // Without a signal handler the demo would only be harder to stop.
            let _ = tokio::signal::ctrl_c().await;
        };
        listening.serve_until(stopped).await.map_err(|error| failure("a listener", &error))?;
        Ok(Exit::Done)
    })
}

/// The demo's configuration goes through the same loader as everybody's.
fn configuration(directory: &Path, database: &Path, listen: SocketAddr, issuer: &str) -> Result<Config, Failure> {
    let file: PathBuf = directory.join("drawbridge.toml");
    let ops = free_or_any(SocketAddr::from((Ipv4Addr::LOCALHOST, 9464)));
    let text = format!(
        include_str!("drawbridge.toml.txt"),
        listen = free_or_any(listen),
        ops = ops,
        issuer = issuer,
        audience = AUDIENCE,
        database = database.display(),
    );
    std::fs::write(&file, text).map_err(|error| failure("the configuration of the demo", &error))?;
    load::load(&file, std::iter::empty(), Needs::token()).map_err(|problems| Failure::Wrong(problems.to_string(), None))
}

/// The wanted address, or another port when somebody else has it.
fn free_or_any(wanted: SocketAddr) -> SocketAddr {
    if TcpListener::bind(wanted).is_ok() { wanted } else { SocketAddr::new(wanted.ip(), 0) }
}

fn addresses(listening: &Listening, issuer: &str) -> Addresses {
    Addresses {
        bridge: format!("http://{}", listening.bridge),
        ops: format!("http://{}", listening.ops),
        issuer: issuer.trim_end_matches('/').to_owned(),
    }
}

fn failure(what: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::Wrong(format!("{what}: {error}"), None)
}
