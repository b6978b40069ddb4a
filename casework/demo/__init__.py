"""A fictional town to try Lotse with, clearly marked as such. Same seed, same town."""

from casework.demo.town import DemoRefused, Summary, load_demo

__all__ = ["DemoRefused", "Summary", "load_demo"]
