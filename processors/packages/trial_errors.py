"""Why a trial cannot be: in words for the person at the terminal."""

from ..exceptions import ProcessorError


class TrialFailed(ProcessorError):
    code = "trial_failed"
