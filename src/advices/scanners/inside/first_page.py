"""Runs in a container: asks an address until it answers, and says what it answered.

Arguments: address, seconds. Prints one line of JSON: `status` and `server` of the first answer,
a redirect followed within the same place only, or `fault`, why there was none.
"""

import http.client
import json
import sys
import time
import urllib.parse

REDIRECTS = 5


def asked(address: str, left: float) -> tuple[int, str, str]:
    """Return status, Server line and Location of one answer."""
    parts = urllib.parse.urlsplit(address)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    connection = kinds[parts.scheme](parts.hostname or "", parts.port, timeout=max(left, 0.1))
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        answer.read(1)
        return answer.status, answer.getheader("Server", ""), answer.getheader("Location", "")
    finally:
        connection.close()


def place(address: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an address: where it leads."""
    parts = urllib.parse.urlsplit(address)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return parts.scheme, parts.hostname or "", port


def first_page(address: str, seconds: float) -> dict[str, object]:
    """Return what the address answers within some seconds."""
    end = time.monotonic() + seconds
    fault = "no answer"
    while (left := end - time.monotonic()) > 0:
        try:
            here = address
            for _ in range(REDIRECTS):
                status, server, location = asked(here, left)
                there = urllib.parse.urljoin(here, location)
                if status not in (301, 302, 303, 307, 308) or not location:
                    break
                if place(there) != place(address):
                    return {"status": status, "server": server, "leads": there}
                here = there
            return {"status": status, "server": server}
        except TimeoutError:
            fault = "it accepts connections and does not answer"
        except (OSError, http.client.HTTPException, ValueError) as error:
            fault = f"{type(error).__name__}: {error}"
            time.sleep(0.2)
    return {"fault": fault}


if __name__ == "__main__":
    print(json.dumps(first_page(sys.argv[1], float(sys.argv[2]))))
