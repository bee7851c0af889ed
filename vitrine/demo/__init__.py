"""The main job: price, pledge, watch, liquidate, played on the worst real crash there was.

`scenario` (what the market did) → `reporters` (what five observers made of it) → `world` (the chain) ←
`actors` (who decide on snapshots, without I/O) → `ledger` (profit and loss to the unit) → `summary`,
`report`, `audit`.
"""
