"""Tools for those who write processors: list, check, new, try. No Django here: it runs wherever the classes run."""
