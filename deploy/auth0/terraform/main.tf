# The same as ../tenant, for Terraform (provider auth0/auth0). Scripts and Actions are read from there.

terraform {
  required_version = ">= 1.5"
  required_providers {
    auth0 = {
      source  = "auth0/auth0"
      version = ">= 1.20"
    }
  }
}

variable "bridge_url" {
  description = "https:// and the host on which Auth0 reaches the bridge"
  type        = string
}

variable "issuer" {
  description = "The tenant's issuer, with the slash at its end"
  type        = string
}

variable "audience" {
  description = "The identifier of the bridge's API, as in token.audience of its configuration"
  type        = string
}

variable "requires_username" {
  description = "Whether people have usernames beside addresses"
  type        = bool
  default     = true
}

variable "applications" {
  description = "Client ids of the applications whose users log in through the connection"
  type        = set(string)
  default     = []
}

locals {
  tenant     = "${path.module}/../tenant"
  connection = "legacy-users"
  token_url  = "${var.issuer}oauth/token"
  asking = {
    BRIDGE_URL    = var.bridge_url
    TOKEN_URL     = local.token_url
    CLIENT_ID     = auth0_client.bridge.client_id
    CLIENT_SECRET = auth0_client_credentials.bridge.client_secret
    AUDIENCE      = var.audience
    CONNECTION    = local.connection
  }
}

resource "auth0_resource_server" "bridge" {
  name                                            = "Drawbridge"
  identifier                                      = var.audience
  signing_alg                                     = "RS256"
  token_lifetime                                  = 86400
  allow_offline_access                            = false
  skip_consent_for_verifiable_first_party_clients = true

  # People get no token for the bridge, whatever they ask for.
  subject_type_authorization {
    user {
      policy = "deny_all"
    }
    client {
      policy = "require_client_grant"
    }
  }
}

resource "auth0_resource_server_scopes" "bridge" {
  resource_server_identifier = auth0_resource_server.bridge.identifier

  scopes {
    name        = "legacy:login"
    description = "Ask whether this is the right password"
  }
  scopes {
    name        = "legacy:get_user"
    description = "Ask who this is"
  }
  scopes {
    name        = "legacy:mark_migrated"
    description = "Say that a user has crossed"
  }
}

resource "auth0_client" "bridge" {
  name            = "Drawbridge"
  description     = "Asks the bridge in front of the legacy user database"
  app_type        = "non_interactive"
  is_first_party  = true
  oidc_conformant = true
  grant_types     = ["client_credentials"]

  jwt_configuration {
    alg = "RS256"
  }
}

resource "auth0_client_credentials" "bridge" {
  client_id             = auth0_client.bridge.id
  authentication_method = "client_secret_post"
}

resource "auth0_client_grant" "bridge" {
  client_id = auth0_client.bridge.id
  audience  = auth0_resource_server.bridge.identifier
  scopes    = ["legacy:login", "legacy:get_user", "legacy:mark_migrated"]

  depends_on = [auth0_resource_server_scopes.bridge]
}

resource "auth0_connection" "legacy_users" {
  name     = local.connection
  strategy = "auth0"

  options {
    enabled_database_customization = true
    # Stays on when the migration is over, or nobody who has crossed could log in.
    import_mode           = true
    requires_username     = var.requires_username
    brute_force_protection = true

    configuration = {
      BRIDGE_URL    = var.bridge_url
      TOKEN_URL     = local.token_url
      CLIENT_ID     = auth0_client.bridge.client_id
      CLIENT_SECRET = auth0_client_credentials.bridge.client_secret
      AUDIENCE      = var.audience
      METADATA_KEY  = "app_metadata"
    }

    custom_scripts = {
      login    = file("${local.tenant}/database-connections/${local.connection}/login.js")
      get_user = file("${local.tenant}/database-connections/${local.connection}/get_user.js")
    }
  }
}

resource "auth0_connection_clients" "legacy_users" {
  connection_id   = auth0_connection.legacy_users.id
  enabled_clients = var.applications
}

resource "auth0_action" "protect_login" {
  name    = "drawbridge-protect-bridge-audience-login"
  runtime = "node22"
  deploy  = true
  code    = file("${local.tenant}/actions/drawbridge-protect-bridge-audience-login/code.js")

  supported_triggers {
    id      = "post-login"
    version = "v3"
  }
  secrets {
    name  = "AUDIENCE"
    value = var.audience
  }
}

resource "auth0_action" "restore_metadata" {
  name    = "drawbridge-restore-metadata"
  runtime = "node22"
  deploy  = true
  code    = file("${local.tenant}/actions/drawbridge-restore-metadata/code.js")

  supported_triggers {
    id      = "post-login"
    version = "v3"
  }
  dynamic "secrets" {
    for_each = local.asking
    content {
      name  = secrets.key
      value = secrets.value
    }
  }
}

resource "auth0_action" "mark_migrated" {
  name    = "drawbridge-mark-migrated"
  runtime = "node22"
  deploy  = true
  code    = file("${local.tenant}/actions/drawbridge-mark-migrated/code.js")

  supported_triggers {
    id      = "post-login"
    version = "v3"
  }
  dynamic "secrets" {
    for_each = merge(local.asking, { WAIT_FOR_RESTORE = "false" })
    content {
      name  = secrets.key
      value = secrets.value
    }
  }
}

resource "auth0_action" "protect_exchange" {
  name    = "drawbridge-protect-bridge-audience-exchange"
  runtime = "node22"
  deploy  = true
  code    = file("${local.tenant}/actions/drawbridge-protect-bridge-audience-exchange/code.js")

  supported_triggers {
    id      = "credentials-exchange"
    version = "v2"
  }
  secrets {
    name  = "AUDIENCE"
    value = var.audience
  }
  secrets {
    name  = "CLIENT_ID"
    value = auth0_client.bridge.client_id
  }
}

# These add to the tenant's own bindings; who is marked is hidden, so what is restored is fetched before.
resource "auth0_trigger_action" "protect_login" {
  trigger   = "post-login"
  action_id = auth0_action.protect_login.id
}

resource "auth0_trigger_action" "restore_metadata" {
  trigger    = "post-login"
  action_id  = auth0_action.restore_metadata.id
  depends_on = [auth0_trigger_action.protect_login]
}

resource "auth0_trigger_action" "mark_migrated" {
  trigger    = "post-login"
  action_id  = auth0_action.mark_migrated.id
  depends_on = [auth0_trigger_action.restore_metadata]
}

resource "auth0_trigger_action" "protect_exchange" {
  trigger   = "credentials-exchange"
  action_id = auth0_action.protect_exchange.id
}

output "bridge_client_id" {
  description = "For token.clients of the bridge's configuration"
  value       = auth0_client.bridge.client_id
}
