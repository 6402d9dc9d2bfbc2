"""One HTTP request, without any library's redirects, retries and decoding."""

import http.client
from urllib.parse import urlsplit


def fetch(address: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """The answer and its body; header names with `_` for `-`. Gives up after 5 seconds without a byte."""
    split = urlsplit(address)
    connection = http.client.HTTPConnection(split.netloc, timeout=5)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, f"{split.path}?{split.query}" if split.query else split.path, headers=named)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()
