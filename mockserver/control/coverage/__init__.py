"""The coverage report: `/__admin/coverage`."""
