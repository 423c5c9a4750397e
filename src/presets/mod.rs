//! Known applications: one TOML file each, laid under the operator's own keys. Adding one is adding a file and its line
//! in [`ALL`].
//!
//! # Format
//! `title`, `versions`, `proof` and the optional `table_prefix` and `schema` describe the application. `[recognise]` names
//! tables with the columns that tell it apart. `[parameters]` names what an operator has to say, with a default or `""`, and
//! `[choices]` the SELECT that lists what it could be.
//! `[users]` and `[password]` are those of `drawbridge.toml`; in their SQL `{@table}` is a table with the prefix and the
//! schema of the installation, `{name}` a quoted name, `{=parameter}` a parameter as an SQL text, `{'text}` a
//! text behind the prefix, `{{` a brace. `[optional]` names keys
//! with columns that only some installations have: `init` writes those that it finds;
//! `!banned` is a column that refuses.
use serde::Deserialize;
use std::collections::BTreeMap;

/// A known application.
#[derive(Debug)]
pub struct Preset {
    /// Its name in `users.preset`.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

/// What a preset says of itself.
#[derive(Debug, Clone, Deserialize)]
pub struct About {
    /// The application's name for people.
    pub title: String,
    /// The versions whose schema this is.
    pub versions: String,
    /// What its test ran against: `installed` (made by the application's own installer or migrations) or `documented`.
    pub proof: String,
    /// What the installer puts before every table by default.
    #[serde(default)]
    pub table_prefix: String,
    /// The schema of its tables, where it has one of its own.
    pub schema: Option<String>,
    /// Tables, without prefix, and columns that tell the application apart.
    #[serde(default)]
    pub recognise: BTreeMap<String, Vec<String>>,
    /// What the operator has to say, with its default.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// For a parameter the SELECT that lists the values which it could have.
    #[serde(default)]
    pub choices: BTreeMap<String, String>,
    /// Keys of the configuration and the columns that they take where these exist.
    #[serde(default)]
    pub optional: BTreeMap<String, String>,
}

impl Preset {
    /// What the preset says of itself.
    ///
    /// # Panics
    /// Never: a test reads every file.
    #[must_use]
    pub fn about(&self) -> About {
        toml::from_str(self.text).unwrap_or_else(|_| About {
            title: self.name.to_owned(),
            versions: String::new(),
            proof: String::new(),
            table_prefix: String::new(),
            schema: None,
            recognise: BTreeMap::new(),
            parameters: BTreeMap::new(),
            choices: BTreeMap::new(),
            optional: BTreeMap::new(),
        })
    }
}

/// The preset of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Preset> {
    ALL.iter().find(|preset| preset.name == name)
}

macro_rules! presets {
    ($($name:literal),+ $(,)?) => {
        /// Every preset, by name.
        pub const ALL: &[Preset] = &[$(Preset { name: $name, text: include_str!(concat!($name, ".toml")) }),+];
    };
}

presets!(
    "aspnet_core_identity",
    "aspnet_identity_2",
    "aspnet_membership",
    "better_auth",
    "devise",
    "directus",
    "discourse",
    "django",
    "drupal7",
    "fosuser",
    "fosuser1",
    "ghost",
    "joomla",
    "keycloak",
    "laravel",
    "magento1",
    "magento2",
    "mediawiki",
    "moodle",
    "mybb",
    "nextauth",
    "nextcloud",
    "odoo",
    "opencart",
    "opencart2",
    "opencart4",
    "phpbb3",
    "prestashop",
    "redmine",
    "simple_membership",
    "spring_security",
    "strapi",
    "supabase",
    "symfony",
    "vbulletin",
    "vbulletin5",
    "wordpress",
    "xenforo",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed_and_describes_itself() {
        let mut files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/presets"))
            .expect("the folder")
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".toml").map(ToOwned::to_owned))
            .collect();
        files.sort();
        let listed: Vec<&str> = ALL.iter().map(|preset| preset.name).collect();
        assert_eq!(files, listed);
        for preset in ALL {
            let about: About = toml::from_str(preset.text).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
            assert!(["installed", "documented"].contains(&about.proof.as_str()), "{}", preset.name);
            assert!(!about.recognise.is_empty(), "{}", preset.name);
        }
    }
}
