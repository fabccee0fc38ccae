"""What recorded calls say about customers and their legal entities."""

from __future__ import annotations

from ...importing.profiles import CUSTOMER_PROFILE
from ...importing.row_imports import Imports, Shows

IMPORTS: Imports = {
    "GET-customer-tenant-list-customers": [Shows(CUSTOMER_PROFILE)],
    "GET-caas-customer-list-customers": [Shows(CUSTOMER_PROFILE)],
    "POST-customer-tenant-search": [Shows(CUSTOMER_PROFILE)],
    "GET-customer-tenant-retrieve-customer": [Shows(CUSTOMER_PROFILE)],
}
