/**
 * Auth0 post-login Action: no person ever gets a token for the bridge's API.
 *
 * A second lock beside the API's own setting (`subject_type_authorization.user.policy = "deny_all"`), whose default is
 * to allow everybody. Secret: AUDIENCE.
 */
exports.onExecutePostLogin = async (event, api) => {
  const audience = event.secrets.AUDIENCE;
  const asked = event.resource_server && event.resource_server.identifier;
  // Without the secret nothing is compared: `undefined` on both sides would lock everybody out of everything.
  if (audience && asked === audience) {
    api.access.deny("This API is not for people.");
  }
};
