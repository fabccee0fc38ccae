"""The code of a call, from its page: it sends the same call again."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html import unescape
from typing import Any
from urllib.request import urlopen

import pytest

from tests.support.live_server import TIMEOUT_SECONDS, send_request, start_server
from tests.support.samples import GOLDEN

SEGMENTS = "/customer-segment/acme/segments"
CALLS = (
    ("GET", f"{SEGMENTS}/{GOLDEN}?pageSize=2&q=name:%22a%20b%22", None, "customer-token"),
    ("POST", f"{SEGMENTS}", {"name": {"en": 'It\'s \\ "quoted"\n'}, "status": "ACTIVE"}, "manage-token"),
    ("DELETE", f"{SEGMENTS}/none", None, "admin-token"),
)


def compare_call(entry: Any) -> Any:
    """Return what must be the same: the method, the address, the body, and what was answered."""
    request = entry["request"]
    return request["method"], request["url"], request.get("body"), entry["response"]["status"]


@pytest.mark.parametrize(
    ("label", "command"), [("Python", [sys.executable, "-"]), ("fetch", ["node", "--input-type=module"])]
)
def test_the_code_of_a_call_sends_it_again(label: str, command: list[str]) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    with start_server() as (_, ready):
        url = ready["url"]
        for method, path, body, token in CALLS:
            headers = {"Authorization": f"Bearer {token}", "X-Mock-Test": "code"}
            send_request(url + path, method, body, headers)
            (sent, *_) = send_request(f"{url}/__admin/requests?limit=1")[1]["requests"]
            with urlopen(f"{url}/__admin/ui/calls/{sent['id']}?tab=code", timeout=TIMEOUT_SECONDS) as reply:
                (code,) = re.findall(rf'aria-label="{label}"><code>(.*?)</code>', reply.read().decode(), re.S)
            done = subprocess.run(command, input=unescape(code), capture_output=True, text=True, check=True)
            (again, *_) = send_request(f"{url}/__admin/requests?limit=1")[1]["requests"]
            assert again["id"] != sent["id"]
            assert compare_call(again) == compare_call(sent)
            assert done.stdout.startswith(f"{sent['response']['status']} ")
