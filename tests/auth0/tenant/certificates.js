// A certificate authority for one test run, and a certificate of it for every server on the loopback.
// What it makes must never be trusted by anything but the processes of that run.
"use strict";
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

/** Makes `ca.pem`, `server.pem` and `server.key` in the directory, and gives their paths. */
function makeCertificates(directory) {
  const file = (name) => path.join(directory, name);
  const openssl = (...given) => execFileSync("openssl", given, { cwd: directory, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-days",
    "2",
    "-subj",
    "/CN=test authority",
    "-addext",
    "keyUsage=critical,keyCertSign",
    "-addext",
    "basicConstraints=critical,CA:TRUE",
  );
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  fs.writeFileSync(file("server.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
  openssl(
    "x509",
    "-req",
    "-in",
    "server.csr",
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-out",
    "server.pem",
    "-days",
    "2",
    "-extfile",
    "server.ext",
  );
  // The bridge refuses a key that everybody may read.
  fs.chmodSync(file("server.key"), 0o600);
  return { ca: file("ca.pem"), certificate: file("server.pem"), key: file("server.key") };
}

module.exports = { makeCertificates };
