"""An issuer as Auth0 is one: a key, its JWKS on loopback, and tokens good and bad."""

import base64
import http.server
import json
import threading
import time

from .process import run

AUDIENCE = "https://legacy-users.example"
CLIENT = "bench"
SCOPES = "legacy:login legacy:get_user legacy:mark_migrated"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    def __init__(self, directory):
        self.key = self.new_key(f"{directory}/key.pem")
        self.other_key = self.new_key(f"{directory}/other.pem")
        modulus = bytes.fromhex(run("openssl", "rsa", "-in", self.key, "-noout", "-modulus").decode().strip().split("=")[1])
        jwk = {"kty": "RSA", "kid": "k", "use": "sig", "alg": "RS256", "n": b64(modulus), "e": "AQAB"}
        jwks = json.dumps({"keys": [jwk]}).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(jwks)))
                self.end_headers()
                self.wfile.write(jwks)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.token = self.sign({})

    @staticmethod
    def new_key(path):
        run("openssl", "genrsa", "-out", path, "2048")
        return path

    def sign(self, changes, key=None):
        """A token in Auth0's own dialect with some claims changed."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": f"{CLIENT}@clients", "azp": CLIENT, "aud": AUDIENCE, "iat": now, "exp": now + 86400,
                  "gty": "client-credentials", "scope": SCOPES} | changes
        signed = ".".join(b64(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT", "kid": "k"}, claims))
        signature = run("openssl", "dgst", "-sha256", "-sign", key or self.key, input=signed.encode())
        return f"{signed}.{b64(signature)}"

    def bad_tokens(self):
        """What nobody may let in: status, code, token."""
        yield 401, "invalid_token", "not-a-token"
        yield 401, "invalid_token", self.sign({}, key=self.other_key)
        yield 401, "invalid_token", self.sign({"exp": int(time.time()) - 3600})
        yield 401, "invalid_token", self.sign({"aud": "https://other.example"})
        yield 401, "invalid_token", self.sign({"iss": "https://other.example/"})
        yield 403, "not_a_client_token", self.sign({"sub": "auth0|1@clients"})
        yield 403, "insufficient_scope", self.sign({"scope": "legacy:other"})

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
