"""Helpers that tests share. No test lives here, and nothing here imports a test."""
