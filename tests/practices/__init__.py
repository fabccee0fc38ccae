"""The vendor's standard practices: `q`, sort, fields, pages and languages."""
