//! Whether the shared store of the throttle takes a write.
use super::Finding;
use crate::{
    accounts::throttle::SharedStore,
    config::{Config, shared_store},
    store::runtime::DatabaseRuntime,
    telemetry::metrics::Metrics,
};
use std::net::IpAddr;

const CODE: &str = "throttle_store";

/// Makes one trial decision as `serve` does: it is a key of its own, which ends by itself after a millisecond.
pub async fn probe(config: &Config, runtime: &DatabaseRuntime) -> Vec<Finding> {
    let Some(store) = &config.limits.store else { return Vec::new() };
    let shown = store.shown();
    let opened = Metrics::new()
        .map_err(|error| error.to_string())
        .and_then(|metrics| SharedStore::new(store, runtime.handle().clone(), metrics));
    let opened = match opened {
        Ok(opened) => opened,
        Err(message) => return vec![Finding::error(CODE, message, Some("look at `limits.store`".into()))],
    };
    let tried = runtime.spawn(async move { opened.attempt().await }).await;
    let mut findings = vec![match tried {
        Ok(Ok(())) => Finding::note(CODE, format!("the shared store {shown} counts")),
        Ok(Err(failure)) => {
            let message = format!("the shared store {shown} does not count: {}", failure.message);
            let finding = Finding::error(CODE, message, Some(hint(failure.kind).to_owned()));
            Finding { outside: matches!(failure.kind, "connection" | "timeout" | "not_ready"), ..finding }
        }
        Err(_) => Finding::error(CODE, "the trial broke off", None),
    }];
    if is_readable_on_its_way(store) {
        let message = "the password of the shared store crosses the network in the clear";
        findings.push(Finding::warning("throttle_store_tls", message, Some("write `rediss://`".into())));
    }
    findings
}

fn hint(kind: &str) -> &'static str {
    match kind {
        "refused" => {
            "look at `limits.store_password_file`; an access list has to allow `~drawbridge:throttle:* +ping +unwatch \
             +info +evalsha +script|load +time +get +set +del`"
        }
        "read_only" => "name the primary in `limits.store`: a replica takes no writes",
        "out_of_memory" => "give the server more `maxmemory`, or a policy such as `volatile-ttl`",
        "answer" => "look at `limits.store`: whatever answers there is no Redis",
        _ => "look at `limits.store`; until it answers each replica limits by itself",
    }
}

fn is_readable_on_its_way(store: &shared_store::SharedStore) -> bool {
    let near = store.host == "localhost" || store.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    store.password.is_some() && !store.tls && !near
}
