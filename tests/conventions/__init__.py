"""Tests of published services: files of our own that have the peculiarities of the vendor's."""
