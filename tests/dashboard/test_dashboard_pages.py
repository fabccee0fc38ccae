"""Every page and every action in process: what it shows, and what the API says afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pytest

from mockserver.app import App, build
from mockserver.dashboard import state_pages
from mockserver.dashboard.page_routes import ROUTES
from mockserver.messages import Request, Response
from mockserver.settings import Settings
from mockserver.store.collection import format_key
from tests.support.hostile_texts import HOSTILE, HOSTILE_PAGES, HOSTILE_PART, TABS, fill_with_hostile_texts
from tests.support.samples import GOLDEN, HAMMER

HOST = {"host": "localhost"}
FORM = HOST | {"content-type": "application/x-www-form-urlencoded"}
JOHN, JACK = "98029737", "18249883"
PAGES = sorted({path for method, path, _ in ROUTES if method == "GET" and "{" not in path})


class Desk:
    """The dashboard of a server, and its API."""

    def __init__(self) -> None:
        self.app: App = build(Settings())
        self.page_key = re.findall(r'name="page-key" value="([^"]+)"', self.show("controls"))[0]

    def get(self, path: str) -> Response:
        path, _, query = path.partition("?")
        return self.app.entrances.answer(Request("GET", f"/__admin/ui/{path}", query, HOST))

    def show(self, path: str, status: int = 200) -> str:
        """Return the text of a page, without its tags."""
        response = self.get(path)
        assert response.status == status, response.content[:2000]
        return response.content.decode()

    def read(self, path: str) -> str:
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", self.show(path).partition("<main")[2])).split())

    def post(self, path: str, **fields: str) -> str:
        """Send a form; return what the page says afterwards."""
        response = self.send(path, **fields)
        assert response.status == 303, response.content.decode()
        page = self.show(response.headers["Location"].removeprefix("/__admin/ui/"))
        return unescape(re.findall(r'role="status">([^<]*)<', page)[0])

    def send(self, path: str, **fields: str) -> Response:
        body = urlencode({"page-key": self.page_key, **fields}).encode()
        return self.app.entrances.answer(Request("POST", f"/__admin/ui/{path}", "", FORM, body))

    def call(self, method: str, path: str, body: Any = None, token: str = "admin-token") -> Any:
        path, _, query = path.partition("?")
        headers = HOST | {"authorization": f"Bearer {token}", "content-type": "application/json"}
        content = b"" if body is None else orjson.dumps(body)
        reply = self.app.entrances.answer(Request(method, path, query, headers, content))
        return orjson.loads(reply.content) if reply.content else None


@pytest.fixture(scope="module")
def server() -> Desk:
    return Desk()


@pytest.fixture
def desk(server: Desk) -> Desk:
    for path in ("reset", "requests/reset"):
        server.call("POST", f"/__admin/{path}")
    server.call("DELETE", "/__admin/faults")
    server.call("DELETE", "/__admin/scenarios")
    return server


@pytest.mark.parametrize(
    "path", [*PAGES, f"segments/{GOLDEN}", f"customers/{JOHN}", "state/products", "state/products/new"]
)
@pytest.mark.parametrize("query", ["", "?world=blue", "?tenant=shop1"])
def test_every_page_opens_and_changes_nothing(desk: Desk, path: str, query: str) -> None:
    before = desk.call("GET", "/__admin/changes")
    desk.show(path + query)
    assert desk.call("GET", "/__admin/changes") == before


@pytest.mark.parametrize(
    "path", ["state/nothing", f"segments/{GOLDEN}0", "customers/none", "state/products/rows/none", "calls/x"]
)
def test_what_does_not_exist_is_a_page_that_says_so(desk: Desk, path: str) -> None:
    assert 'role="alert"' in desk.show(path, 404)


def test_links_lead_to_pages(desk: Desk) -> None:
    desk.call("GET", "/ai-service/acme/jobs")
    seen: set[str] = set()
    waiting = ["calls", "unanswered", "state", "controls", "coverage", "api"]
    while waiting and len(seen) < 150:
        path = waiting.pop(0)
        seen.add(path)
        response = desk.get(path)
        assert response.status == 200, path
        links = re.findall(r'<a [^>]*href="/__admin/ui/([^"#]*)"', response.content.decode())
        waiting += [link for link in map(unescape, dict.fromkeys(links)) if link not in seen and link not in waiting][
            :8
        ]


def test_unanswered_calls_name_the_nearest_operation(desk: Desk) -> None:
    missing = ("/customer-segment/acme/segmentz", "/customer-segment/acme/segmints", "/shop/acme")
    for path in ("/ai-service/acme/jobs", "/ai-service/acme/jobs", *missing):
        desk.call("GET", path)
    text = desk.read("unanswered")
    assert "1 GET /customer-segment/acme/segmints GET /customer-segment/{tenant}/segments" in text
    assert (
        "(unknown) not simulated 1 call Calls Call Nearest simulated operation 1 GET /shop/acme no similar operation"
        in text
    )
    assert "ai not simulated 2 calls" in text
    assert "GET /ai-service/{tenant}/jobs" in text
    assert "GET /customer-segment/acme/segmentz GET /customer-segment/{tenant}/segments" in text
    desk.call("POST", "/__admin/requests/reset")
    assert "Every call had an answer." in desk.read("unanswered")


def test_reset_and_undo(desk: Desk) -> None:
    item = f"/customer-segment/acme/segments/{GOLDEN}/items/PRODUCT/{HAMMER}"
    desk.call("DELETE", item)
    assert desk.post("controls/reset", tenant="acme", to="world") == "acme is reset; undo brings it back."
    assert "code" not in desk.call("GET", item)
    assert desk.post("controls/undo", tenant="acme") == "The last change is undone."
    assert desk.call("GET", item)["code"] == 404
    desk.post("controls/reset", tenant="acme", to="empty")
    assert desk.call("GET", "/__admin/state")["counts"]["segments"] == 0


def test_snapshots_are_saved_compared_restored_and_deleted(desk: Desk) -> None:
    assert desk.post("controls/snapshots", tenant="acme", name="my start") == "The snapshot my start is saved."
    assert "Nothing has changed." in desk.read("controls?compare=my+start")
    desk.call("DELETE", f"/customer-segment/acme/segments/{GOLDEN}/items/PRODUCT/{HAMMER}")
    assert HAMMER in desk.read("controls?compare=my+start").partition("Since the snapshot")[2]
    desk.post("controls/snapshots/restore", tenant="acme", name="my start")
    assert "Nothing has changed." in desk.read("controls?compare=my+start")
    desk.post("controls/snapshots/delete", tenant="acme", name="my start")
    assert desk.call("GET", "/__admin/snapshots")["snapshots"] == []
    assert "has no snapshot 'my start'" in desk.read("controls?compare=my+start")


def test_the_clock_is_frozen_advanced_and_let_go(desk: Desk) -> None:
    said = desk.post("controls/clock", tenant="acme", mode="frozen", at="2026-12-24T18:00:00Z")
    assert said == "The clock is frozen at 2026-12-24T18:00:00.000Z."
    assert (
        desk.post("controls/clock/advance", tenant="acme", seconds="3600")
        == "The clock shows 2026-12-24T19:00:00.000Z."
    )
    assert desk.call("GET", "/__admin/clock?tenant=acme")["now"] == "2026-12-24T19:00:00.000Z"
    desk.post("controls/clock", tenant="acme", mode="real")
    assert desk.call("GET", "/__admin/clock?tenant=acme")["mode"] == "real"
    assert desk.send("controls/clock", tenant="acme", mode="frozen", at="soon").status == 400


def test_a_token_is_created(desk: Desk) -> None:
    desk.post("controls/tokens", token="mine", scopes="customersegment.segment_read", tenant="acme")
    assert isinstance(desk.call("GET", "/customer-segment/acme/segments", token="mine"), list)
    assert "mine" in desk.read("controls")
    said = desk.post("controls/tokens", token="", scopes="customersegment.segment_read", tenant="acme", lifetime="60")
    token = said.split()[2]
    assert isinstance(desk.call("GET", "/customer-segment/acme/segments", token=token), list)
    desk.post("controls/clock/advance", tenant="acme", seconds="61")
    assert not isinstance(desk.call("GET", "/customer-segment/acme/segments", token=token), list)
    desk.post("controls/clock", tenant="acme", mode="real")
    assert desk.send("controls/tokens", token="x", lifetime="soon", tenant="acme").status == 400


def happened(desk: Desk, path: str, **fields: str) -> str:
    """Change the clock; return what the page says happened by it."""
    response = desk.send(path, tenant="acme", **fields)
    assert response.status == 303, response.content.decode()
    page = desk.read(response.headers["Location"].removeprefix("/__admin/ui/"))
    return page.partition(" From ")[2].partition(" Snapshots ")[0].partition(" Next ")[0]


def test_the_clock_shows_what_happened_by_it_and_what_comes_next(desk: Desk) -> None:
    happened(desk, "controls/clock", mode="frozen", at="2026-12-01T00:00:00Z")
    validity = {"from": "2026-12-24T00:00:00.000Z", "to": "2026-12-26T00:00:00.000Z"}
    desk.call("PATCH", f"/__admin/state/segments/{GOLDEN}", {"validity": validity})
    desk.call("PATCH", "/__admin/state/coupons/WELCOME10", {"restrictions": {"validUntil": "2026-12-25T00:00:00.000Z"}})
    seconds = str(23 * 86_400 + 12 * 3600)
    desk.post("controls/tokens", token="brief", tenant="acme", lifetime=seconds)
    assert "begins. 2026-12-24 12:00:00 Token brief expires." in desk.read("controls").partition(" Next ")[2]
    assert "Nothing happened by it" in happened(desk, "controls/clock/advance", seconds="3600")
    text = happened(desk, "controls/clock/advance", to="2026-12-25T12:00:00Z")
    for sentence in (
        f"2026-12-24 00:00:00 The validity of segment Golden Segment ({GOLDEN}) begins.",
        "2026-12-24 12:00:00 Token brief expires.",
        "2026-12-25 00:00:00 The validity of coupon",
    ):
        assert sentence in text
    assert "2026-12-26" not in text
    assert f"({GOLDEN}) ends." in happened(desk, "controls/clock/advance", seconds="86400")
    desk.call("DELETE", "/__admin/tokens/brief")
    desk.post("controls/clock", tenant="acme", mode="real")


def test_a_fault_is_created(desk: Desk) -> None:
    form = {"tenant": "acme", "operation": "GET-customer-segment-retrieve-segment", "status": "503", "times": "1"}
    desk.post("controls/faults", **form, delay="5", persona="admin-token")
    (fault,) = desk.call("GET", "/__admin/faults")["faults"]
    assert (fault["operation"], fault["persona"], fault["times"]) == (form["operation"], "admin-token", 1)
    assert fault["response"] == {"status": 503, "fixedDelayMilliseconds": 5}
    desk.post("controls/faults", tenant="acme", fault="EMPTY_RESPONSE", skip="2")
    assert desk.call("GET", "/__admin/faults")["faults"][1]["response"] == {"fault": "EMPTY_RESPONSE"}
    assert desk.send("controls/faults", **form | {"status": "many"}).status == 400
    assert desk.send("controls/faults", **form | {"operation": "none"}).status == 422


def test_a_call_shows_each_row_before_and_after(desk: Desk) -> None:
    item = f"/customer-segment/acme/segments/{GOLDEN}/items/PRODUCT/{HAMMER}"
    desk.call("DELETE", item)
    desk.call("PUT", item, {})
    desk.call(
        "PATCH",
        f"/customer-segment/acme/segments/{GOLDEN}",
        [{"op": "replace", "path": "/siteCode", "value": "export"}],
    )
    ids = [entry.id for entry in desk.app.records.list_entries("acme")]
    removed, added, changed = (desk.show(f"calls/{id_}?tab=state") for id_ in ids[-3:])
    assert "itemAssignments" in removed
    absent = '<td class="quiet">absent</td>'
    assert re.search(rf'/itemId</code></th>\s*<td class="before"><pre>{HAMMER}</pre></td>\s*{absent}', removed)
    assert re.search(rf'/itemId</code></th>\s*{absent}\s*<td class="after"><pre>{HAMMER}</pre></td>', added)
    assert re.search(
        r'/siteCode</code></th>\s*<td class="before"><pre>main</pre></td>\s*<td class="after"><pre>export</pre></td>',
        changed,
    )


def test_faults_show_their_hits_and_are_removed(desk: Desk) -> None:
    for name in ("one", "two", "three"):
        desk.call("POST", "/__admin/faults", {"id": name, "tenant": "acme", "times": 2, "response": {"status": 503}})
    desk.call("GET", "/customer-segment/acme/segments")
    assert "1 of 2" in desk.read("controls")
    assert desk.post("controls/faults/remove", id="two") == "The fault two is removed."
    assert [fault["id"] for fault in desk.call("GET", "/__admin/faults")["faults"]] == ["one", "three"]
    desk.post("controls/faults/remove")
    assert desk.call("GET", "/__admin/faults")["faults"] == []


def test_a_call_can_be_replayed_once_the_slow_fault_is_spent(desk: Desk) -> None:
    segments = "/customer-segment/acme/segments"
    desk.call("POST", "/__admin/faults", {"tenant": "acme", "times": 2, "response": {"fixedDelayMilliseconds": 1}})
    desk.call("GET", segments)
    (entry,) = desk.app.records.list_entries("acme")
    assert desk.send(f"calls/{entry.id}/replay").status == 409
    desk.call("GET", segments)
    assert desk.post(f"calls/{entry.id}/replay") == "Sent again; this is the new call, a 200."


def test_a_scenario_starts_and_ends(desk: Desk) -> None:
    assert desk.post("controls/scenarios/empty-catalogue/start", tenant="acme") == "acme plays empty-catalogue."
    assert "playing" in desk.read("controls")
    desk.post("controls/scenarios/stop", tenant="acme")
    assert "playing" not in desk.read("controls")


def test_scenarios_name_switches_in_code_spans(desk: Desk) -> None:
    text = desk.show("controls")
    assert "<code>references</code> lets you assign" in text
    assert "`" not in text.partition("<main")[2]


def test_a_switch_changes_and_shows_its_basis(desk: Desk) -> None:
    assert (
        desk.post("controls/switches", tenant="acme", name="delete_missing", value="404")
        == "delete_missing is 404 for acme."
    )
    assert desk.call("GET", "/__admin/settings?tenant=acme")["delete_missing"] == "404"
    text = desk.read("controls")
    assert "delete_missing changed" in text
    assert "inferred" in text
    desk.post("controls/switches", tenant="acme", name="max_page_size", value="7")
    assert desk.call("GET", "/__admin/settings?tenant=acme")["max_page_size"] == 7
    assert desk.send("controls/switches", tenant="acme", name="delete_missing", value="500").status == 400


def test_the_coverage_map_names_the_tests_of_a_cell(desk: Desk) -> None:
    request = Request(
        "GET",
        f"/customer-segment/acme/segments/{GOLDEN}",
        "",
        HOST | {"authorization": "Bearer admin-token", "x-mock-test": "test_gold"},
    )
    desk.app.entrances.answer(request)
    assert "test_gold" in desk.read("coverage?service=customer-segment")
    for name, start in (("html", b"<!"), ("markdown", b"#"), ("junit", b"<?xml"), ("json", b"{")):
        report = desk.get(f"coverage/report?format={name}&service=customer-segment")
        assert report.headers["Content-Disposition"].startswith("attachment")
        assert report.content.lstrip().startswith(start)


def test_a_segment_shows_members_items_and_its_tree(desk: Desk) -> None:
    text = desk.read(f"segments/{GOLDEN}")
    for word in ("John Doe", "SomeCompany", "Hammer", "active", "Category tree"):
        assert word in text


def test_the_tree_of_a_segment_has_its_categories_and_their_ancestors(desk: Desk) -> None:
    items = desk.call("GET", "/__admin/state/itemAssignments")
    assigned = next(item for item in items if item["type"] == "CATEGORY")
    tree = desk.show(f"segments/{assigned['segmentId']}").partition('class="tree"')[2]
    category = desk.call("GET", f"/__admin/state/categories/{assigned['itemId']}")
    assert f'{category["id"]}</span> <span class="chip ok">assigned</span>' in tree
    while "parentId" in category:
        category = desk.call("GET", f"/__admin/state/categories/{category['parentId']}")
        assert f'<span class="quiet">{category["id"]}</span>' in tree


def sees(desk: Desk, customer: str, **query: str) -> dict[str, tuple[str, str]]:
    page = desk.show(f"customers/{customer}?{urlencode(query)}")
    rows = re.findall(
        r'<tr data-row="([^"]+)"><td><span class="chip[^"]*">(\w+)</span></td>.*?<td class="wide">(.*?)</td>',
        page,
        re.S,
    )
    return {id_: (seen, unescape(reason)) for id_, seen, reason in rows}


def test_a_customer_sees_what_the_api_shows(desk: Desk) -> None:
    shown = desk.call("GET", "/customer-segment/acme/segments", token=f"customer:{JOHN}")
    seen = {id_ for id_, (answer, _) in sees(desk, JOHN).items() if answer == "yes" and " " not in id_}
    assert seen == {segment["id"] for segment in shown}


def items_seen(desk: Desk, customer: str, **query: str) -> dict[str, tuple[str, str]]:
    rows: dict[str, tuple[str, str]] = {}
    for page in range(1, 4):
        found = sees(desk, customer, page=str(page), **query)
        rows |= {id_.removeprefix("item "): facts for id_, facts in found.items() if id_.startswith("item ")}
    return rows


def test_a_customer_sees_the_products_that_a_match_finds(desk: Desk) -> None:
    products = [row["id"] for row in desk.call("GET", "/__admin/state/products")]
    shown = desk.call("GET", "/customer-segment/acme/segments", token=f"customer:{JOHN}")
    segment_ids = [segment["id"] for segment in shown]
    for site in ("main", "export"):
        body = {"items": [{"id": id_} for id_ in products], "segmentIds": segment_ids, "site": site}
        matched = desk.call("POST", "/customer-segment/acme/segments/match", body)
        seen = items_seen(desk, JOHN, items="products", site=site)
        assert set(seen) == set(products)
        assert {id_ for id_, (answer, _) in seen.items() if answer == "yes"} == matched_ids(matched)


def test_a_customer_sees_the_categories_of_the_trees(desk: Desk) -> None:
    trees = desk.call("GET", "/customer-segment/acme/segments/items/category-trees", token=f"customer:{JOHN}")
    waiting, in_trees = list(trees), set()
    while waiting:
        node = waiting.pop()
        in_trees.add(node["id"])
        waiting += node.get("subcategories", ())
    seen = items_seen(desk, JOHN, items="categories")
    assert {id_ for id_, (answer, _) in seen.items() if answer == "yes"} == in_trees


def test_each_reason_for_and_against_an_item_is_given(desk: Desk) -> None:
    way = "by its category Hammer in Tool Fans"
    assert items_seen(desk, JOHN, q="Hammer")[HAMMER] == ("yes", f"in Golden Segment; {way}")
    desk.call("PUT", "/__admin/state/products/new", {"name": "New"})
    desk.call("PUT", f"/customer-segment/acme/segments/{GOLDEN}/items/PRODUCT/new", {})
    assert items_seen(desk, JOHN, q="new")["new"] == ("yes", "in Golden Segment")
    desk.call("PATCH", f"/__admin/state/segments/{GOLDEN}", {"status": "INACTIVE"})
    refused = ("no", "in Golden Segment, which the customer does not see: its status is INACTIVE")
    assert items_seen(desk, JOHN, q="new")["new"] == refused
    assert items_seen(desk, JOHN, q="Hammer")[HAMMER] == ("yes", way)
    desk.call("PUT", "/__admin/state/products/loose", {"name": "Loose"})
    assert items_seen(desk, JOHN, q="loose") == {"loose": ("no", "assigned to no segment")}


def matched_ids(matched: Any) -> set[str]:
    return {each["id"] for each in matched}


def test_each_reason_against_a_segment_is_given(desk: Desk) -> None:
    entity = desk.call("GET", f"/__admin/state/customers/{JOHN}")["legalEntities"][1]
    assert sees(desk, JOHN)[GOLDEN] == ("yes", "assigned for the legal entity SomeCompany; in the group Customers")
    refused = (
        "assigned for the legal entity SomeCompany, in the group Customers, but not for the legal entity ThirdCompany"
    )
    assert sees(desk, JOHN, entity=entity)[GOLDEN] == ("no", refused)
    path = f"/__admin/state/segments/{GOLDEN}"
    desk.call("PATCH", path, {"status": "INACTIVE"})
    assert sees(desk, JOHN)[GOLDEN] == ("no", "its status is INACTIVE")
    desk.call("PATCH", path, {"status": "ACTIVE", "siteCode": "main", "validity": {"to": "2020-01-01T00:00:00.000Z"}})
    assert sees(desk, JOHN, site="export")[GOLDEN] == ("no", "its site is main")
    desk.call("PUT", "/__admin/settings", {"tenant": "acme", "active": "status-and-validity"})
    assert sees(desk, JOHN)[GOLDEN] == ("no", "its validity has not begun or is over")
    assert sees(desk, "20000015")[GOLDEN][1].startswith("neither assigned nor in one of its groups")


class Inputs(HTMLParser):
    """Collects what a browser would send of the form that saves a row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._open = ""
        self.feed(text.partition('<form method="post"')[2].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: text or "" for name, text in attrs}
        if tag in {"textarea", "select"}:
            self._open = facts["name"]
            self.values[self._open] = ""
        elif tag == "input":
            self.values[facts["name"]] = facts["value"]
        elif tag == "option":
            self._is_chosen = "selected" in facts

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.values[self._open] = self.values[self._open].removeprefix("\n")
        if tag in {"textarea", "select"}:
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open and (self.lasttag == "textarea" or (self.lasttag == "option" and self._is_chosen)):
            self.values[self._open] += data


def form_of(desk: Desk, path: str) -> dict[str, str]:
    return Inputs(desk.show(path)).values


def json_form_of(desk: Desk, path: str, **fields: Any) -> dict[str, str]:
    """Return the form of the row as JSON, with some fields changed."""
    form = form_of(desk, f"{path}?as=json")
    return form | {"row": orjson.dumps(orjson.loads(form["row"]) | fields).decode()}


HAMMER_PAGE = f"state/products/rows/{HAMMER}"


def test_a_row_is_changed_by_its_form(desk: Desk) -> None:
    form = form_of(desk, HAMMER_PAGE) | {"field.text.code": "NEW", "field.choice.published": "false"}
    assert desk.post(HAMMER_PAGE, **form) == f"Product {HAMMER} is saved."
    row = desk.call("GET", f"/__admin/state/products/{HAMMER}")
    assert (row["code"], row["published"]) == ("NEW", False)
    desk.post(HAMMER_PAGE, **json_form_of(desk, HAMMER_PAGE, code="NEWER"))
    assert desk.call("GET", f"/__admin/state/products/{HAMMER}")["code"] == "NEWER"


@pytest.mark.parametrize("collection", sorted(build(Settings()).worlds.collections))
def test_a_form_that_is_sent_as_it_is_changes_nothing(desk: Desk, collection: str) -> None:
    before = desk.call("GET", f"/__admin/state/{collection}")
    for address in list_row_pages(desk, collection)[:10]:
        path = address.replace("segments/", "state/segments/rows/").replace("customers/", "state/customers/rows/")
        path = path if address.startswith(("segments/", "customers/")) else address
        desk.post(path.partition("?")[0], **form_of(desk, path))
    assert desk.call("GET", f"/__admin/state/{collection}") == before


def list_row_pages(desk: Desk, collection: str) -> list[str]:
    page = desk.show(f"state/{collection}")
    return [unescape(address) for address in re.findall(r'<td class="nowrap"><a href="/__admin/ui/([^"]+)"', page)]


def test_a_row_that_the_contract_refuses_stays_in_the_form(desk: Desk) -> None:
    form = form_of(desk, HAMMER_PAGE) | {"field.json.categories": '["none"]'}
    reply = desk.send(HAMMER_PAGE, **form)
    assert reply.status == 400
    text = unescape(reply.content.decode())
    assert re.search(r'id="about-categories"><strong class="wrong">.*is not among the categories', text)
    assert Inputs(text).values["field.json.categories"] == '["none"]'
    reply = desk.send(HAMMER_PAGE, **json_form_of(desk, HAMMER_PAGE, categories=["none"]))
    assert "is not among the categories" in unescape(reply.content.decode())
    for text in ("{", "[]"):
        assert desk.send(HAMMER_PAGE, **form | {"row": text}).status == 400


@pytest.mark.parametrize(
    ("collection", "field", "text", "reason"),
    [
        ("products", "field.json.categories", "[", "This is not JSON."),
        ("products", "field.texts.name", '{"en": ', "texts by language"),
        ("categories", "field.number.position", "first", "Write a number"),
        ("categories", "field.number.position", "true", "Write a number"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(
    desk: Desk, collection: str, field: str, text: str, reason: str
) -> None:
    path = list_row_pages(desk, collection)[0]
    form = form_of(desk, path)
    assert field in form
    reply = desk.send(path.partition("?")[0], **form | {field: text})
    assert reply.status == 400
    page = unescape(reply.content.decode())
    assert re.search(rf'id="about-{field.rpartition(".")[2]}"><strong class="wrong">[^<]*{reason}', page)
    assert Inputs(page).values[field] == text


def test_a_row_that_somebody_else_has_changed_is_a_conflict(desk: Desk) -> None:
    form = form_of(desk, HAMMER_PAGE) | {"field.text.code": "MINE"}
    desk.call("PATCH", f"/__admin/state/products/{HAMMER}", {"code": "THEIRS"})
    reply = desk.send(HAMMER_PAGE, **form)
    assert reply.status == 409
    text = reply.content.decode()
    assert "Conflict:" in text
    assert re.search(r"<code>code</code>.*?<pre>THEIRS</pre>.*?<pre>MINE</pre>", text, re.S)
    digest = re.findall(r'name="digest" value="([^"]*)"', text)[0]
    desk.post(HAMMER_PAGE, **form | {"digest": digest})
    assert desk.call("GET", f"/__admin/state/products/{HAMMER}")["code"] == "MINE"


def test_a_row_is_created_and_removed(desk: Desk) -> None:
    form = form_of(desk, "state/products/new")
    form |= {"field.text.id": "mug", "field.text.code": "MUG", "field.texts.name": "Mug"}
    assert desk.post("state/products/new", **form) == "Product mug is saved."
    assert desk.call("GET", "/__admin/state/products/mug")["name"] == {"en": "Mug"}
    assert desk.send("state/products/new", **form).status == 409
    assert desk.send("state/products/new", **form | {"field.text.id": ""}).status == 400
    assert desk.send("state/products/new", tenant="acme", row='{"code": "MUG"}').status == 400
    assert desk.post("state/products/remove/mug", tenant="acme") == "Product mug is removed."
    reply = desk.send(f"state/products/remove/{HAMMER}", tenant="acme")
    assert reply.status == 400
    assert desk.post(f"state/products/remove/{HAMMER}", tenant="acme", force="true")


def test_a_saved_row_is_named_by_its_noun_and_its_key(desk: Desk) -> None:
    assert desk.post("state/currencies/new", tenant="acme", row='{"code": "CHF"}') == "Currency CHF is saved."
    assert desk.post("state/currencies/remove/CHF", tenant="acme") == "Currency CHF is removed."
    page = "state/taxes/rows/DE"
    assert desk.post(page, **form_of(desk, page)) == "Tax DE is saved."


def test_a_row_leads_to_the_rows_that_it_refers_to(desk: Desk) -> None:
    category = desk.call("GET", f"/__admin/state/products/{HAMMER}")["categories"][0]
    assert f'href="/__admin/ui/state/categories/rows/{category}?tenant=acme"' in desk.show(HAMMER_PAGE)


@pytest.mark.parametrize("collection", sorted(build(Settings()).worlds.collections))
def test_every_collection_has_a_list_a_search_and_a_page_for_each_row(desk: Desk, collection: str) -> None:
    page = desk.show(f"state/{collection}")
    addresses = list_row_pages(desk, collection)
    if not desk.call("GET", f"/__admin/state/{collection}"):
        assert "No rows." in page
        return
    assert addresses
    for address in addresses[:2]:
        desk.show(address)
    key = unescape(re.findall(r'data-row="([^"]+)"', page)[0])
    assert unescape(desk.show(f"state/{collection}?q={quote(key.split('/')[0])}")).count(key)
    assert "No row has this text." in desk.read(f"state/{collection}?q=nothing+like+this")


def test_long_collections_have_pages(desk: Desk) -> None:
    first, second = (
        re.findall(r'data-row="([^"]+)"', desk.show(f"state/itemAssignments?page={page}")) for page in (1, 2)
    )
    assert (len(first), len(second)) == (50, 50)
    assert not set(first) & set(second)


def test_long_collections_are_searched_part_by_part(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_pages, "MAX_SEARCHED_ROWS", 40)
    keys = [row["id"] for row in desk.call("GET", "/__admin/state/products")]
    last = keys[-1]
    desk.call("PATCH", f"/__admin/state/products/{last}", {"code": "Ünlike-Any"})
    page = desk.show("state/products?q=%C3%BCNLIKE-any")
    assert "No row has this text, among those searched." in page
    address = unescape(re.findall(r'rel="next" href="/__admin/ui/([^"]+)">Search from row 41 on', page)[0])
    assert re.findall(r'data-row="([^"]+)"', desk.show(address)) == [last]
    assert re.findall(r'data-row="([^"]+)"', desk.show(f"state/products?q={last}"))[0] == last


class Tags(HTMLParser):
    """Counts what a hostile text could have added to a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts = self.images = 0
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.images += tag == "img"
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]


def test_hostile_texts_are_escaped_everywhere(desk: Desk) -> None:
    def send(method: str, path: str, body: Any, headers: Mapping[str, str]) -> None:
        path, _, query = path.partition("?")
        sent = HOST | {"content-type": "application/json"} | {name.lower(): text for name, text in headers.items()}
        content = b"" if body is None else orjson.dumps(body)
        assert desk.app.entrances.answer(Request(method, path, query, sent, content)).status < 500

    fill_with_hostile_texts(send)
    ids = [entry.id for entry in desk.app.records.list_entries()]
    tabs = [f"calls/{id_}?tab={tab}" for id_ in ids for tab in TABS]
    query = "&".join(f"{name}={HOSTILE_PART}" for name in ("q", "done", "compare", "service"))
    paths = [f"{page}?{query}&tenant=acme" for page in PAGES if page != "coverage/report"]
    found = 0
    for path in (*paths, *tabs, *HOSTILE_PAGES):
        text = desk.get(path).content.decode()
        found += "&lt;script&gt;alert(1)" in text
        parsed = Tags(text)
        assert parsed.scripts == 1, path
        assert parsed.images == 1, path
        assert not parsed.handlers, path
    assert found > 10


@pytest.mark.parametrize("collection", sorted(build(Settings()).worlds.collections))
def test_a_script_in_any_field_of_a_row_is_escaped(desk: Desk, collection: str) -> None:
    declared = desk.app.worlds.collections[collection]
    pages = list_row_pages(desk, collection)
    if not pages:
        return
    key = format_key(declared.key_of(desk.call("GET", f"/__admin/state/{collection}")[0]))
    path = f"/__admin/state/{collection}/{quote(key)}"
    key_fields = {declared.key} if isinstance(declared.key, str) else set(declared.key)
    for name in declared.schema["properties"].keys() - key_fields:
        for value in (HOSTILE, {"en": HOSTILE}, [HOSTILE], {"evil": {"field": HOSTILE}}):
            desk.call("PATCH", path, {name: value})
    is_hostile = HOSTILE in orjson.dumps(desk.call("GET", path)).decode().replace('\\"', '"')
    for shown in (f"state/{collection}", f"state/{collection}/rows/{quote(key)}", pages[0], "state", "controls"):
        text = desk.show(shown)
        parsed = Tags(text)
        assert (parsed.scripts, parsed.images, parsed.handlers) == (1, 1, []), shown
        if is_hostile and shown.startswith(f"state/{collection}/rows"):
            assert "&lt;script&gt;alert(1)" in text
    assert is_hostile or collection not in {"carts", "coupons", "customers", "prices", "products", "segments"}


def test_customers_are_found_and_shown_by_name(desk: Desk) -> None:
    for token in ("admin-token", f"customer:{JOHN}", "customer-token", f"customer:{JACK}"):
        desk.call("GET", "/customer-segment/acme/segments", token=token)
    for search in ("persona:john", '"john doe"'):
        page = desk.show(f"calls?q={quote(search)}")
        assert page.count("data-row=") == 2
        assert page.count(">John Doe</td>") == 2
    call = desk.app.records.list_entries("acme")[-1]
    assert "(Jack" in desk.read(f"calls/{call.id}")


def test_the_navigation_shows_where_a_page_is(desk: Desk) -> None:
    for path, label in (("", "Calls"), (f"segments/{GOLDEN}", "State"), (f"customers/{JOHN}", "State"), ("api", "API")):
        assert f'aria-current="page">{label}</a>' in desk.show(path)
