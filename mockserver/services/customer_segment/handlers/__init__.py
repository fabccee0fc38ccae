"""Handlers of the Customer Segment Service: each turns a call into arguments of a rule, and its result into a reply."""
