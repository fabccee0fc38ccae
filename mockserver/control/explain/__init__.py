"""Explanations of requests: `/__admin/explain/{id}`."""
