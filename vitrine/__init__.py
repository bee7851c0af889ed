"""Vitrine: price, lend against, liquidate and explain NFTs.

The package root imports nothing, so that `import vitrine.units` stays cheap; import the module you need.
"""

__version__ = "0.1.0"
