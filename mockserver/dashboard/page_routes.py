"""Which function serves which path below `/__admin/ui`: one line for each page and each action."""

from __future__ import annotations

from collections.abc import Callable

from ..messages import Response
from . import (
    api_page,
    call_actions,
    call_pages,
    controls_page,
    coverage_page,
    customer_pages,
    fault_form,
    row_pages,
    state_pages,
    unanswered_page,
)
from .visit import Onward, PageView, Visit

Act = Callable[[Visit], PageView | Onward | Response]

NAVIGATION = (  # path and label
    ("calls", "Calls"),
    ("unanswered", "Unanswered"),
    ("state", "State"),
    ("controls", "Controls"),
    ("coverage", "Coverage"),
    ("api", "API"),
)

# GET shows and never changes anything; POST acts.
ROUTES: tuple[tuple[str, str, Act], ...] = (
    ("GET", "", call_pages.show_calls),
    ("GET", "calls", call_pages.show_calls),
    ("GET", "calls/{id}", call_pages.show_call),
    ("POST", "calls/{id}/fail", call_actions.fail_next_call),
    ("POST", "calls/{id}/replay", call_actions.replay_call),
    ("POST", "calls/{id}/undo", call_actions.undo_before_call),
    ("GET", "unanswered", unanswered_page.show_unanswered),
    ("GET", "state", state_pages.show_collections),
    ("GET", "state/{collection}", state_pages.show_collection),
    ("GET", "state/{collection}/new", row_pages.show_new_row),
    ("POST", "state/{collection}/new", row_pages.write_row_of_form),
    ("GET", "state/{collection}/rows/{key+}", row_pages.show_row_form),
    ("POST", "state/{collection}/rows/{key+}", row_pages.write_row_of_form),
    ("POST", "state/{collection}/remove/{key+}", row_pages.delete_row_of_form),
    ("GET", "segments/{id}", customer_pages.show_segment),
    ("GET", "customers/{id}", customer_pages.show_customer),
    ("GET", "controls", controls_page.show_controls),
    ("POST", "controls/reset", controls_page.reset_tenant),
    ("POST", "controls/undo", controls_page.undo_last_change),
    ("POST", "controls/snapshots", controls_page.store_snapshot),
    ("POST", "controls/snapshots/restore", controls_page.return_to_snapshot),
    ("POST", "controls/snapshots/delete", controls_page.forget_snapshot),
    ("POST", "controls/clock", controls_page.adjust_clock),
    ("POST", "controls/clock/advance", controls_page.move_clock),
    ("POST", "controls/tokens", controls_page.create_token),
    ("POST", "controls/faults", fault_form.create_fault_of_form),
    ("POST", "controls/faults/remove", controls_page.end_faults),
    ("POST", "controls/scenarios/stop", controls_page.end_scenario),
    ("POST", "controls/scenarios/{name}/start", controls_page.play_scenario),
    ("POST", "controls/switches", controls_page.set_switch),
    ("GET", "coverage", coverage_page.show_coverage_map),
    ("GET", "coverage/report", coverage_page.download_report),
    ("GET", "api", api_page.show_api),
)
