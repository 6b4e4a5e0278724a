"""The account page: who you are here, what we know of you, and the way out."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from . import personal_data
from .forms import DeleteAccountForm, ProfileForm
from .history import latest_visits
from .sign_in_facts import SignInFacts
from .user import User

HISTORY_ROWS = 20


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = ProfileForm(request.POST or None, instance=user)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return with_language(redirect("account"), user.language)
    return render(
        request,
        "accounts/account.html",
        {
            "form": form,
            "person": user,
            "facts": SignInFacts.of(user),
            "history": latest_visits(user, HISTORY_ROWS),
        },
    )


@login_required
@never_cache
@require_safe
def export(request: HttpRequest) -> JsonResponse:
    user = signed_in(request)
    answer = JsonResponse(personal_data.export(user), json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = 'attachment; filename="showroom-account.json"'
    return answer


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = DeleteAccountForm(request.POST or None, user=user)
    if last_admin(user):
        return render(request, "accounts/delete_refused.html", status=409)
    if form.is_valid():
        logout(request)
        personal_data.erase(user)
        messages.success(request, _("Your account and its data are deleted."))
        return redirect(settings.LOGOUT_REDIRECT_URL)
    return render(request, "accounts/delete.html", {"form": form, "person": user})


def signed_in(request: HttpRequest) -> User:
    """The views above are behind ``login_required``; say so to the type checker."""
    assert isinstance(request.user, User)
    return request.user


def last_admin(user: User) -> bool:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and not others.exists()


def with_language(response: HttpResponse, language: str) -> HttpResponse:
    """What was just chosen here replaces what the language menu chose before."""
    response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response
