"""The journal: `/__admin/requests`."""
