"""The dashboard at `/__admin/ui`: pages that show what records, state and control plane have, and call the latter."""
