"""The journal over HTTP: `/__admin/requests`."""
