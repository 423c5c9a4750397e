//! The Auth0 side: scripts, Actions and the directory that `auth0-deploy-cli` imports. No secret is ever written; what only
//! the tenant knows is a placeholder.
pub mod guide;
pub mod templates;
pub mod tenant_files;
