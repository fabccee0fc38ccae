"""What recorded calls say about checkouts: nothing, since what they change is in carts and orders."""

from __future__ import annotations

from ...importing.row_imports import Imports

IMPORTS: Imports = {"POST-checkout-trigger-checkout": ()}
