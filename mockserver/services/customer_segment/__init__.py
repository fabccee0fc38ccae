"""The Customer Segment Service: segments, and the customers, groups and items that are assigned to them."""

from __future__ import annotations

from ...messages import Service
from .handlers import customers, groups, items, segments

SERVICE = Service("customer-segment.yaml", segments.HANDLERS | customers.HANDLERS | groups.HANDLERS | items.HANDLERS)
