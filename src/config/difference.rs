//! What another configuration would change: which parts have to be opened anew, and which keys a running process
//! cannot take.
use super::{Config, noted::NotedFile, source::Node};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// A digest of what each section said, the files that it names included: no secret is kept a second time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said(BTreeMap<String, [u8; 32]>);

impl Said {
    /// The sections of a tree, and the files that were read for them.
    pub(super) fn of(tree: &Node, files: &[NotedFile]) -> Self {
        let mut texts: BTreeMap<String, Zeroizing<String>> = BTreeMap::new();
        for (section, node) in tree.entries() {
            node.spell(texts.entry(section.clone()).or_default());
        }
        for file in files.iter().filter(|file| !file.key.is_empty()) {
            let section = file.key.split('.').next().unwrap_or_default();
            let text = texts.entry(section.to_owned()).or_default();
            text.push_str(&file.key);
            text.push_str(&file.digest.map(hex::encode).unwrap_or_default());
        }
        Self(texts.into_iter().map(|(section, text)| (section, Sha256::digest(text.as_bytes()).into())).collect())
    }

    /// Whether both said the same in all of these sections.
    #[must_use]
    pub fn agrees(&self, other: &Self, sections: &[&str]) -> bool {
        sections.iter().all(|section| self.0.get(*section) == other.0.get(*section))
    }
}

/// Puts back what only a new process can change, and names the keys that asked for it.
///
/// # Why the rest is taken
/// A revoked client or a tightened limit must not wait for the restart that another line of the same file needs.
pub fn keep_until_restart(running: &Config, new: &mut Config) -> Vec<&'static str> {
    let mut kept = Vec::new();
    let mut keep = |key: &'static str, differs: bool| {
        if differs {
            kept.push(key);
        }
    };
    keep("server.listen", running.server.listen != new.server.listen);
    keep("server.plaintext", running.server.plaintext != new.server.plaintext);
    keep("server.tls", running.server.tls.is_some() != new.server.tls.is_some());
    keep("server.deadline", running.server.deadline != new.server.deadline);
    keep("server.confinement", running.server.confinement != new.server.confinement);
    keep("ops.listen", running.ops.listen != new.ops.listen);
    keep("limits.verify_threads", running.limits.verify_threads != new.limits.verify_threads);
    keep("limits.verify_queue", running.limits.verify_queue != new.limits.verify_queue);
    keep("limits.verify_memory", running.limits.verify_memory != new.limits.verify_memory);
    keep("limits.cpu_extensions", running.limits.cpu_extensions != new.limits.cpu_extensions);
    keep("log.format", running.log.format != new.log.format);
    new.server.listen = running.server.listen;
    new.server.plaintext = running.server.plaintext;
    new.server.deadline = running.server.deadline;
    new.server.confinement = running.server.confinement;
    if running.server.tls.is_some() != new.server.tls.is_some() {
        new.server.tls.clone_from(&running.server.tls);
    }
    new.ops = running.ops.clone();
    new.limits.verify_threads = running.limits.verify_threads;
    new.limits.verify_queue = running.limits.verify_queue;
    new.limits.verify_memory = running.limits.verify_memory;
    new.limits.cpu_extensions = running.limits.cpu_extensions;
    new.log.format = running.log.format;
    kept
}
