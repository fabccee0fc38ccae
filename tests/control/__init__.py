"""The control plane under `/__admin`: state, clock, tokens, coverage and explanations."""
