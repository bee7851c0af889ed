"""Seaport 1.6 as the order book: orders are built, signed, checked, cancelled and filled here.

`build` makes orders, `signing` signs them (alone, or many with one signature), `client.SeaportClient` talks
to the chain, `venue` packs an order for `SeaportVenue` and `SeaportBidExit`. Amounts are `int` in smallest
units.
"""
