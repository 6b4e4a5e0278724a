"""Whether this site can serve visitors: questions with answers, each green, amber or red, and the fix.

``site_checks`` is for every process. ``address_checks``, ``relay_checks`` and ``media_checks`` are for the command
``manage.py preflight`` only: they reach out, and load media code that no web process loads.
"""
