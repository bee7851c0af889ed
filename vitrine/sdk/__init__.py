"""Typed access to one deployment: `vitrine.sdk.facade.Vitrine`, opened with `vitrine.sdk.session.connect()`.

Reads return values; writes return a `Call`, to be sent, put into a block with others, or simulated first.
Amounts are `int` in smallest units; `Money` turns them into text at the edge.
"""
