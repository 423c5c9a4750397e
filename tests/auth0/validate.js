// Loads a written directory with auth0-deploy-cli itself and validates it, without a network.
// usage: node validate.js NODE_MODULES DIR
const path = require("node:path");

const [modules, directory] = process.argv.slice(2);
const lib = (name) => require(path.join(modules, "auth0-deploy-cli", "lib", name));
const { setupContext } = lib("context");
const { configFactory } = lib("configFactory");
const Auth0 = lib("tools/auth0").default;

async function main() {
  const settings = require(path.resolve(directory, "config.json"));
  const config = {
    ...settings,
    AUTH0_CLIENT_ID: "deploy",
    AUTH0_CLIENT_SECRET: "secret",
    // With a token the tool asks for none.
    AUTH0_ACCESS_TOKEN: "token",
    AUTH0_INPUT_FILE: directory,
  };
  const context = await setupContext(config, "import");
  await context.loadAssetsFromLocal();
  const provider = configFactory();
  provider.setProvider((key) => config[key]);
  await new Auth0(context.mgmtClient, context.assets, provider).validate();
  const { assets } = context;
  const summary = {};
  for (const kind of ["databases", "actions", "triggers", "clients", "clientGrants", "resourceServers"]) {
    const found = assets[kind];
    summary[kind] = Array.isArray(found) ? found.map((one) => one.name || one.audience) : found && Object.keys(found);
  }
  summary.scripts = assets.databases.map((database) =>
    Object.entries(database.options.customScripts).map(([name, code]) => `${name}: ${typeof code}`),
  );
  summary.left = JSON.stringify(assets).match(/##[A-Z_]+##/g);
  console.log(JSON.stringify(summary));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
