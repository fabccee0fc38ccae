"""Puts the parts of a simulation together: its services, pipelines and control plane."""
