"""A fast client for one EVM chain: JSON-RPC over one kept connection, cached codecs, errors in sentences."""
