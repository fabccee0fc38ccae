"""The dashboard: its pages in process and in a real browser, its guard, and its stream of events."""
