"""Allauth's refusals in this site's words: what happened, then what to do."""

from django.utils.translation import gettext_lazy as _

WRONG_PASSWORD = _("The name or the password is not right. Check both, then try again.")

ERRORS = {
    "account_inactive": _("This account is closed. Ask the host of this site."),
    "duplicate_email": _("This is your address already."),
    "email_password_mismatch": WRONG_PASSWORD,
    "username_password_mismatch": WRONG_PASSWORD,
    "email_taken": _("Somebody has an account with this address already. Take another one, or sign in."),
    "username_taken": _("Somebody has this user name already. Choose another one."),
    "username_blacklisted": _("This user name cannot be used. Choose another one."),
    "enter_current_password": _("This is not your current password. Type it once more."),
    "incorrect_password": _("This is not your password. Type it once more."),
    "incorrect_code": _("This code is not right. Codes change every 30 seconds: enter the one shown now."),
    "invalid_password_reset": _("This link no longer works. Ask for a new one."),
    "same_as_current": _("This is what it was before. Choose something new."),
    "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
    "rate_limited": _("Too many tries. Wait a few minutes, then try again."),
}
