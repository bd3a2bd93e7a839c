"""Whether the shell on a port of this machine is well, for containers: exit code 0, or 1 and why."""

import http.client
import sys

if __name__ == "__main__":
    try:
        shell = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=2)
        shell.request("GET", "/healthz")
        status = shell.getresponse().status
    except OSError as error:
        sys.exit(f"does not answer: {error}")
    sys.exit(0 if status == http.client.OK else f"answers {status}")
