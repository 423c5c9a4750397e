//! The directory that `auth0-deploy-cli import` takes as it stands. Sources: the tool's directory format, and the Management
//! API's description of each object.
use super::{
    guide,
    templates::{ACTIONS, COMPLETE, SCRIPTS, Template},
};
use crate::config::{Config, token::Token, users::ProfileKey};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The connection's name, and that of its folder.
pub const CONNECTION: &str = "legacy-users";
/// The name of the API and of its client.
pub const BRIDGE: &str = "Drawbridge";
/// What only the tenant and the network know, replaced by `AUTH0_KEYWORD_REPLACE_MAPPINGS`.
pub const PLACEHOLDERS: [&str; 3] = ["BRIDGE_URL", "BRIDGE_CLIENT_ID", "BRIDGE_CLIENT_SECRET"];

const SCOPES: [(&str, &str); 3] = [
    ("legacy:login", "Ask whether this is the right password"),
    ("legacy:get_user", "Ask who this is"),
    ("legacy:mark_migrated", "Say that a user has crossed"),
];

/// Every file by its path below the directory.
pub type Files = BTreeMap<String, String>;

/// The files of a tenant while users cross, or, when `complete`, of one whose last user has crossed.
#[must_use]
pub fn files(config: &Config, token: &Token, complete: bool) -> Files {
    let mut files = Files::new();
    let folder = format!("database-connections/{CONNECTION}");
    files.insert(format!("{folder}/database.json"), written(&connection(config, token, complete)));
    for script in if complete { COMPLETE } else { SCRIPTS } {
        files.insert(format!("{folder}/{}.js", script.name), script.code.to_owned());
    }
    files.insert("config.json".into(), written(&deploy_settings(token, complete)));
    if complete {
        files.insert("README.md".into(), guide::complete());
        return files;
    }
    files.insert("README.md".into(), guide::crossing(token));
    files.insert("resource-servers/Drawbridge.json".into(), written(&api(token)));
    files.insert("clients/Drawbridge.json".into(), written(&client()));
    files.insert("grants/Drawbridge.json".into(), written(&grant(token)));
    for action in ACTIONS {
        files.insert(format!("actions/{}.json", action_name(action)), written(&described(action, token)));
        files.insert(format!("actions/{}/code.js", action_name(action)), action.code.to_owned());
    }
    files.insert("triggers/triggers.json".into(), written(&bindings()));
    files
}

fn written(value: &Value) -> String {
    format!("{value:#}\n")
}

fn placeholder(name: &str) -> String {
    format!("##{name}##")
}

fn token_url(token: &Token) -> String {
    format!("{}oauth/token", token.issuer)
}

fn connection(config: &Config, token: &Token, complete: bool) -> Value {
    let has_usernames = config.users.profile.iter().any(|(key, _)| *key == ProfileKey::Username);
    let mut connection = json!({
        "name": CONNECTION,
        "strategy": "auth0",
        "options": {
            "enabledDatabaseCustomization": true,
            // Stays on when the migration is over, or nobody who has crossed could log in.
            "import_mode": true,
            "requires_username": has_usernames,
            "brute_force_protection": true,
            "configuration": {
                "BRIDGE_URL": placeholder("BRIDGE_URL"),
                "TOKEN_URL": token_url(token),
                "CLIENT_ID": placeholder("BRIDGE_CLIENT_ID"),
                "CLIENT_SECRET": placeholder("BRIDGE_CLIENT_SECRET"),
                "AUDIENCE": token.audience,
                "METADATA_KEY": "app_metadata"
            },
            "customScripts": { "login": "./login.js", "get_user": "./get_user.js" }
        }
    });
    // Scripts that ask nobody need no settings.
    if let (true, Some(Value::Object(options))) = (complete, connection.get_mut("options")) {
        options.remove("configuration");
    }
    connection
}

fn api(token: &Token) -> Value {
    let scopes: Vec<Value> =
        SCOPES.iter().map(|(value, description)| json!({"value": value, "description": description})).collect();
    json!({
        "name": BRIDGE,
        "identifier": token.audience,
        // The API's own default is HS256, which the bridge never takes.
        "signing_alg": "RS256",
        "token_lifetime": 86400,
        "allow_offline_access": false,
        "skip_consent_for_verifiable_first_party_clients": true,
        "scopes": scopes,
        // People get no token for the bridge, whatever they ask for.
        "subject_type_authorization": {
            "user": { "policy": "deny_all" },
            "client": { "policy": "require_client_grant" }
        }
    })
}

fn client() -> Value {
    json!({
        "name": BRIDGE,
        "description": "Asks the bridge in front of the legacy user database",
        "app_type": "non_interactive",
        "is_first_party": true,
        "oidc_conformant": true,
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_post",
        "jwt_configuration": { "alg": "RS256" }
    })
}

fn grant(token: &Token) -> Value {
    let scopes: Vec<&str> = SCOPES.iter().map(|(value, _)| *value).collect();
    json!({ "client_id": BRIDGE, "audience": token.audience, "scope": scopes })
}

fn action_name(action: Template) -> String {
    format!("drawbridge-{}", action.name)
}

fn trigger(action: Template) -> (&'static str, &'static str) {
    if action.name.ends_with("-exchange") { ("credentials-exchange", "v2") } else { ("post-login", "v3") }
}

fn described(action: Template, token: &Token) -> Value {
    let own = [("AUDIENCE", token.audience.clone()), ("CLIENT_ID", placeholder("BRIDGE_CLIENT_ID"))];
    let asking = [
        ("BRIDGE_URL", placeholder("BRIDGE_URL")),
        ("TOKEN_URL", token_url(token)),
        ("CLIENT_SECRET", placeholder("BRIDGE_CLIENT_SECRET")),
        ("CONNECTION", CONNECTION.to_owned()),
    ];
    let mut secrets: Vec<(&str, String)> = own.to_vec();
    if !action.name.starts_with("protect") {
        secrets.extend(asking);
    }
    if action.name == "mark-migrated" {
        secrets.push(("WAIT_FOR_RESTORE", "false".to_owned()));
    }
    let secrets: Vec<Value> = secrets.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    let (id, version) = trigger(action);
    json!({
        "name": action_name(action),
        "code": format!("./actions/{}/code.js", action_name(action)),
        "runtime": "node22",
        "dependencies": [],
        "secrets": secrets,
        "supported_triggers": [{ "id": id, "version": version }],
        "deployed": true,
        "status": "built"
    })
}

fn bindings() -> Value {
    let bound =
        |name: &str| json!({"action_name": format!("drawbridge-{name}"), "display_name": format!("drawbridge-{name}")});
    json!({
        // Who is marked is hidden: what is restored has to be fetched before.
        "post-login": [bound("protect-bridge-audience-login"), bound("restore-metadata"), bound("mark-migrated")],
        "credentials-exchange": [bound("protect-bridge-audience-exchange")]
    })
}

fn deploy_settings(token: &Token, complete: bool) -> Value {
    let domain = token.issuer.trim_start_matches("https://").trim_end_matches('/');
    let kinds: &[&str] = if complete {
        &["databases"]
    } else {
        &["databases", "actions", "triggers", "clients", "clientGrants", "resourceServers"]
    };
    let wanted: &[&str] = if complete { &[] } else { &PLACEHOLDERS };
    let mappings: BTreeMap<&str, String> = wanted.iter().map(|name| (*name, format!("REPLACE_WITH_{name}"))).collect();
    json!({
        "AUTH0_DOMAIN": domain,
        "AUTH0_CLIENT_ID": "REPLACE_WITH_THE_CLIENT_OF_THE_DEPLOY_CLI",
        "AUTH0_ALLOW_DELETE": false,
        "AUTH0_INCLUDED_ONLY": kinds,
        "AUTH0_KEYWORD_REPLACE_MAPPINGS": mappings
    })
}
