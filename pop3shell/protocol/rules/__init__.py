"""Conformance rules, by what they watch."""
