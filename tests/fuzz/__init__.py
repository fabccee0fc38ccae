"""The parsers of small languages and of JSON get bytes that a fuzzer makes."""
