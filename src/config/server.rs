//! `[server]`: the bridge listener.
use super::{client_name::ClientName, secret_file, section::Section};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

/// The bridge listener.
#[derive(Debug, Clone)]
pub struct Server {
    /// Address to listen on; `127.0.0.1:8080` by default. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Certificate and key; without them the listener speaks plain HTTP, where `plaintext` allows that.
    pub tls: Option<Tls>,
    /// When plain HTTP is allowed. The loader refuses a plain listener on any other address.
    pub plaintext: Plaintext,
    /// Networks whose peers may connect; empty means all.
    pub allow: Vec<ipnet::IpNet>,
    /// The whole-request deadline; 5 s by default.
    pub deadline: Duration,
    /// Whether the process gives up what it does not need; on by default.
    pub confinement: Confinement,
}

/// Whether the process gives up what it does not need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confinement {
    /// As far as the kernel can.
    On,
    /// Only core files are off and the process cannot be dumped, which always holds.
    Off,
}

/// PEM files of the listener.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The chain, leaf first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
    /// The authority whose client certificates are required, if any.
    pub client_ca: Option<PathBuf>,
    /// Names of which a client's certificate must have one; empty means every certificate of the authority.
    pub client_names: Vec<ClientName>,
}

/// When the listener may speak plain HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plaintext {
    /// Only on a loopback address.
    LoopbackOnly,
    /// Anywhere: a proxy in front ends TLS.
    BehindProxy,
}

pub(super) fn read(section: &Section<'_>) -> Server {
    let tls = section.is_set("tls").then(|| read_tls(&section.table("tls"))).flatten();
    let choices = [("loopback-only", Plaintext::LoopbackOnly), ("behind-proxy", Plaintext::BehindProxy)];
    let plaintext = section.choice("plaintext", Plaintext::LoopbackOnly, &choices);
    let listen = section.address("listen", SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)));
    if tls.is_none() && !section.is_set("tls") && plaintext == Plaintext::LoopbackOnly && !listen.ip().is_loopback() {
        section.problem(
            "listen",
            format!(
                "`server.listen` is {listen}, and without `server.tls` passwords would cross the network in the clear"
            ),
            Some("set `server.tls`, or `plaintext = \"behind-proxy\"` where a proxy in front ends TLS"),
        );
    }
    let allow = section.texts("allow").iter().filter_map(|text| network(section, text)).collect();
    let bounds = Duration::from_millis(100)..=Duration::from_secs(60);
    let deadline = section.duration("deadline", Duration::from_secs(5), bounds);
    let confinement =
        section.choice("confinement", Confinement::On, &[("on", Confinement::On), ("off", Confinement::Off)]);
    section.finish();
    Server { listen, tls, plaintext, allow, deadline, confinement }
}

fn network(section: &Section<'_>, text: &str) -> Option<ipnet::IpNet> {
    let network = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(ipnet::IpNet::from));
    if network.is_none() {
        let message = format!("`server.allow` holds `{text}`, which is no network");
        section.problem("allow", message, Some("write it like `203.0.113.0/24`"));
    }
    network
}

fn read_tls(section: &Section<'_>) -> Option<Tls> {
    let file = |key: &str| {
        let path = section.noted_path(key);
        if let Some(path) = &path
            && let Err(error) = std::fs::File::open(path)
        {
            section.problem(key, format!("`{}`: {} cannot be read: {error}", section.full(key), path.display()), None);
        }
        path
    };
    let (certificate, key, client_ca) = (file("certificate"), file("key"), file("client_ca"));
    for (name, path) in [("certificate", &certificate), ("key", &key)] {
        if path.is_none() {
            section.problem(name, format!("`{}` is missing", section.full(name)), Some("name a PEM file"));
        }
    }
    if let Some(path) = key.as_ref().filter(|path| path.exists())
        && let Err((message, hint)) = secret_file::is_private(path)
    {
        section.problem("key", format!("`{}`: {message}", section.full("key")), Some(hint));
    }
    let client_names = client_names(section, client_ca.is_some());
    section.finish();
    Some(Tls { certificate: certificate?, key: key?, client_ca, client_names })
}

fn client_names(section: &Section<'_>, has_authority: bool) -> Vec<ClientName> {
    let texts = section.texts("client_names");
    if section.is_set("client_names") && !has_authority {
        let message = format!("`{}` needs an authority to believe", section.full("client_names"));
        section.problem("client_names", message, Some("set `server.tls.client_ca`"));
    } else if section.is_set("client_names") && texts.is_empty() {
        let message = format!("`{}` is empty, and nobody would be let in", section.full("client_names"));
        section.problem("client_names", message, Some("name a client, or remove the key"));
    }
    let name = |text: &String| {
        let name = ClientName::parse(text);
        if name.is_none() {
            section.problem(
                "client_names",
                format!("`{}` holds `{text}`, which is no name of a certificate", section.full("client_names")),
                Some("write it like `auth0.acme.example`, `*.clients.acme.example` or `spiffe://acme.example/auth0`"),
            );
        }
        name
    };
    texts.iter().filter_map(name).collect()
}
