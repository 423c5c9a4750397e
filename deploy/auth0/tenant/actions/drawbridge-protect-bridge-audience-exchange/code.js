/**
 * Auth0 credentials-exchange Action: only the bridge's own client gets a token for the bridge's API.
 *
 * A second lock beside the client grants. Secrets: AUDIENCE, CLIENT_ID (several are separated by commas). Without
 * CLIENT_ID nobody gets one.
 */
exports.onExecuteCredentialsExchange = async (event, api) => {
  const audience = event.secrets.AUDIENCE;
  const asked = event.resource_server && event.resource_server.identifier;
  const allowed = (event.secrets.CLIENT_ID || "")
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  if (audience && asked === audience && !allowed.includes(event.client.client_id)) {
    api.access.deny("invalid_request", "This client is not allowed to ask the bridge.");
  }
};
