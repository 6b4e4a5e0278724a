"""Every text of the built-in processors, for translators. Made by ``manage.py listtexts``; do not edit.

The classes themselves know no Django; their texts are translated when a page or an answer is made
(translation.py). A test compares this list with the classes.
"""

from django.utils.translation import gettext_noop as _

TEXTS: tuple[str, ...] = (_("Processors"),)
