"""Tests of what a release consists of: executables, npm packages, the workflow and the files for CI."""
