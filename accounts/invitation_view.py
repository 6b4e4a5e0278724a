"""The page behind an invitation link: sign up, or the reason why not."""

from typing import Any

from allauth.account.views import SignupView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator

from .invitation import Invitation

GONE = 410
NOT_FOUND = 404


@method_decorator(login_not_required, name="dispatch")
class InvitationView(SignupView):  # type: ignore[misc]
    template_name = "account/signup.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.invitation = Invitation.from_token(kwargs["token"])
        request.invitation = self.invitation  # type: ignore[attr-defined]
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def closed(self) -> HttpResponse:
        state = self.invitation.state if self.invitation else "unknown"
        return TemplateResponse(
            self.request,
            "account/signup_closed.html",
            {"state": state, "invitation": self.invitation},
            status=GONE if self.invitation else NOT_FOUND,
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "invitation": self.invitation}
