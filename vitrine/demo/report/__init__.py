"""The page of a run: one file, no address in it, drawn as inline SVG."""

from vitrine.demo.report.page import render

__all__ = ["render"]
