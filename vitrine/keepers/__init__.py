"""Keepers: who post prices, and who warn, liquidate and mark.

Snapshot at one block, pure decision, simulation, capped sending.
"""
