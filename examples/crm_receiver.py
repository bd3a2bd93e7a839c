"""A CRM's side of CXB's pushes, with nothing but Python: checks each signature, and writes down what came.

python3 examples/crm_receiver.py PORT SECRET LOG

SECRET is the `whsec_…` that `POST /api/v1/crm/targets` showed once. The rules are those of Standard Webhooks 1.0.0.
"""

import base64
import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

TOLERANCE = 300
"""Seconds by which a push may be old: what is older may have been recorded and sent again by somebody else."""


def genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether CXB sent it, just now, and nobody changed it."""
    if abs(time.time() - float(headers.get("webhook-timestamp", "0"))) > TOLERANCE:  # noqa: TID251  # no Clock outside CXB
        return False
    signed = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(expected, one) for one in given)


def receive(port: int, secret: str, log: Path) -> None:
    """For ever. A push may come twice: its id is the same then, and it is written down once."""
    known: set[str] = set()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if not genuine(secret, headers, body):
                self.send_response(401)
            else:
                if headers["webhook-id"] not in known:
                    known.add(headers["webhook-id"])
                    with log.open("a") as out:
                        out.write(json.dumps(json.loads(body)["data"]) + "\n")
                self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    HTTPServer(("127.0.0.1", port), Receiver).serve_forever()


if __name__ == "__main__":
    receive(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
