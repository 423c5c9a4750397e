//! Files and ports, by Landlock: what was named may be opened, nothing else; no port can be bound any more.
//!
//! # Why every port may be connected to
//! Databases, issuers, proxies and name servers change with the configuration, and a reload may bring new ones.
use super::Needs;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, Scope,
    path_beneath_rules,
};

/// What was restricted.
pub struct Restricted {
    /// In words.
    pub in_force: String,
    /// What this kernel does not know yet, in words.
    pub missing: Vec<String>,
}

/// What each version of Landlock brought.
const SINCE: &[(ABI, &str)] = &[
    (ABI::V2, "moving files between directories (Linux 5.19)"),
    (ABI::V3, "cutting files (Linux 6.2)"),
    (ABI::V4, "binding ports (Linux 6.7)"),
    (ABI::V5, "device controls (Linux 6.10)"),
    (ABI::V6, "signals to other processes (Linux 6.12)"),
];

/// Restricts this thread and those that it starts.
///
/// # Errors
/// Why nothing could be restricted.
pub fn restrict(needs: &Needs) -> Result<Restricted, String> {
    let read: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::ReadDir;
    let write = read | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::MakeReg | AccessFs::RemoveFile;
    let restrict = || {
        Ruleset::default()
            .handle_access(AccessFs::from_all(ABI::V5))?
            .handle_access(AccessNet::BindTcp)?
            .scope(Scope::Signal)?
            .create()?
            .add_rules(path_beneath_rules(&needs.read, read))?
            .add_rules(path_beneath_rules(&needs.write, write))?
            .restrict_self()
    };
    let status = restrict().map_err(|error: landlock::RulesetError| error.to_string())?;
    match status.landlock {
        LandlockStatus::NotImplemented => Err("this kernel has no Landlock (Linux 5.13)".to_owned()),
        LandlockStatus::NotEnabled => Err("Landlock is switched off on this system".to_owned()),
        LandlockStatus::Available { effective_abi, .. } => {
            let missing = SINCE.iter().filter(|(abi, _)| *abi > effective_abi);
            let ports = if effective_abi >= ABI::V4 { "files and ports" } else { "files" };
            Ok(Restricted {
                in_force: format!("{ports} by Landlock"),
                missing: missing.map(|(_, what)| (*what).to_owned()).collect(),
            })
        }
    }
}
