"""The steps of recognising a model: look at it, compare with what is known, try the ways to make its input."""
