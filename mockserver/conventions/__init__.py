"""Any published service of the vendor, stateful where its file follows the vendor's conventions (G1)."""
