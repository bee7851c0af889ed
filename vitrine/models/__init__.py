"""Bit-exact twins of the contract maths: integers in, integers out, no chain.

Keepers, previews and tests share them, so what a person is shown cannot drift from what the chain does.
"""
