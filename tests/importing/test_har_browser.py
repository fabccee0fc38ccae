"""What a browser records of a storefront becomes a world with which the storefront works."""

from __future__ import annotations

import json
from pathlib import Path

from mockserver.app import build
from mockserver.importing.world_import import NEW_PASSWORD
from mockserver.settings import Settings
from tests.support.browser import launch_browser
from tests.support.har import import_file
from tests.support.live_server import run_command, send_request, serve_in_thread, start_server
from tests.support.samples import GOLDEN, JOHN

# A storefront in one function: visit, log in, look around, and what every page has besides.
STOREFRONT = """async () => {
  const get = async (path, token, options = {}) => {
    const headers = {...(token ? {Authorization: `Bearer ${token}`} : {}), "Content-Type": "application/json"};
    const reply = await fetch(path, {headers, ...options});
    return reply.status === 200 ? reply.json() : null;
  };
  const visitor = (await get("/customerlogin/auth/anonymous/login?tenant=acme&client_id=storefront")).access_token;
  await get("/site/acme/sites", visitor);
  await get("/category/acme/category-trees", visitor);
  await get("/ai-service/acme/jobs", visitor);
  const body = JSON.stringify({email: "john.doe@email.com", password: "secret1"});
  const token = (await get("/customer/acme/login", visitor, {method: "POST", body})).access_token;
  await get("/customer/acme/me?expand=addresses", token);
  const segments = await get("/customer-segment/acme/segments/me", token);
  for (const {id} of segments) await get(`/customer-segment/acme/segments/${id}/items`, token);
  const search = {method: "POST", body: JSON.stringify({q: "id:12468504"})};
  await get("/product/acme/products/search?pageSize=20", token, search);
  return segments.map(({id}) => id).sort();
}"""


def test_a_recorded_visit_becomes_a_world(tmp_path: Path) -> None:
    har, world_file = tmp_path / "visit.har", tmp_path / "visit.yaml"
    with (
        serve_in_thread(build(Settings())) as port,
        launch_browser() as browser,
        browser.new_context(record_har_path=har, record_har_content="embed") as context,
    ):
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/__admin/health")  # a page without a policy for its requests
        own_segments = page.evaluate(STOREFRONT)
    assert GOLDEN in own_segments
    result = run_command("world", "from-har", str(har), "-o", str(world_file))
    assert result.returncode == 0, result.stderr
    assert "GET /ai-service/{tenant}/jobs: not simulated" in result.stderr
    assert f"with the new password {NEW_PASSWORD}" in result.stderr
    assert not [text for text in ("john.doe", "Doe", "secret1", "Platz der") if text in world_file.read_text()]
    world, report = import_file(har)
    assert {login["id"] for login in report.logins} == {JOHN}
    with start_server("--fixture", str(world_file)) as (_, ready):
        call = ready["url"] + "/customer"
        client = f"{call}login/auth/anonymous/login?tenant=acme&client_id=storefront"
        visitor = {"Authorization": f"Bearer {send_request(client, headers={'Authorization': ''})[1]['access_token']}"}
        login = {"email": report.logins[0]["email"], "password": NEW_PASSWORD}
        status, session = send_request(f"{call}/acme/login", "POST", login, visitor)
        assert status == 200
        own = {"Authorization": f"Bearer {session['access_token']}"}
        _, segments = send_request(f"{call}-segment/acme/segments/me", headers=own)
        assert sorted(segment["id"] for segment in segments) == own_segments
    assert json.dumps(world).count("person1@example.com") == 1
