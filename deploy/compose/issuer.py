"""The demo's stand-in for an Auth0 tenant: a key made at start, a JWKS and a token endpoint. Never for anything real.

It listens on loopback alone and shares the bridge's network, because the bridge takes plain HTTP from no other address.
`issuer.py token` asks the running one for a token and prints it.
"""

import base64
import http.server
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

PORT = int(os.environ.get("DEMO_ISSUER_PORT", "9400"))
ISSUER = f"http://127.0.0.1:{PORT}/"
AUDIENCE = "https://legacy-users.demo.example"
CLIENT_ID, CLIENT_SECRET = "demo-client", "demo-secret"
SCOPE = "legacy:login legacy:get_user legacy:mark_migrated"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, stdout=subprocess.PIPE, check=True).stdout


class Key:
    """An RSA key in a file that only this process and its children name."""

    def __init__(self):
        self.file = tempfile.NamedTemporaryFile(suffix=".pem")
        self.file.write(openssl("genrsa", "2048"))
        self.file.flush()

    def jwks(self):
        modulus = openssl("rsa", "-in", self.file.name, "-noout", "-modulus").decode().strip().split("=")[1]
        entry = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "demo", "e": "AQAB"}
        return {"keys": [entry | {"n": encode(bytes.fromhex(modulus))}]}

    def sign(self, text):
        return openssl("dgst", "-sha256", "-sign", self.file.name, data=text.encode())


def token(key):
    now = int(time.time())
    head = {"alg": "RS256", "typ": "JWT", "kid": "demo"}
    claims = {
        "iss": ISSUER, "sub": f"{CLIENT_ID}@clients", "aud": AUDIENCE, "iat": now, "exp": now + 3600,
        "azp": CLIENT_ID, "gty": "client-credentials", "scope": SCOPE,
    }
    text = ".".join(encode(json.dumps(part).encode()) for part in (head, claims))
    return text + "." + encode(key.sign(text))


class Handler(http.server.BaseHTTPRequestHandler):
    key = None
    jwks = None

    def do_GET(self):
        known = self.path == "/.well-known/jwks.json"
        self.answer(200 if known else 404, self.jwks if known else {"error": "not_found"})

    def do_POST(self):
        length = min(int(self.headers.get("Content-Length") or 0), 8192)
        form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode()))
        wanted = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "audience": AUDIENCE}
        if self.path != "/oauth/token" or any(form.get(name) != value for name, value in wanted.items()):
            return self.answer(401, {"error": "access_denied"})
        self.answer(200, {"access_token": token(self.key), "token_type": "Bearer", "expires_in": 3600})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Says nothing: a line a request is of no use here."""


def ask():
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "audience": AUDIENCE}
    with urllib.request.urlopen(ISSUER + "oauth/token", urllib.parse.urlencode(form).encode(), timeout=5) as answer:
        print(json.load(answer)["access_token"])


def serve():
    Handler.key = Key()
    Handler.jwks = Handler.key.jwks()
    http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()


if __name__ == "__main__":
    ask() if sys.argv[1:] == ["token"] else serve()
