//! The Auth0 side: scripts, Actions, the directory that `auth0-deploy-cli` imports, and the Management API. No secret is
//! ever written; what only the tenant knows is a placeholder.
pub mod guide;
pub mod management_api;
pub mod templates;
pub mod tenant_files;
