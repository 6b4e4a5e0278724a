"""People in the admin, with the two ways to help somebody who cannot get in."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.http.response import HttpResponse
from django.template.defaultfilters import yesno
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..reset_link import reset_link
from ..signals import close_sockets
from ..user import User

NAMES = ("username", "display_name", "email", "language")
RIGHTS = ("is_active", "is_staff", "is_superuser", "groups")
DATES = ("last_login", "date_joined")


class ChangeForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta(UserChangeForm.Meta):
        model = User


class CreationForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta(AdminUserCreationForm.Meta):
        model = User


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]
    """Django joins its help from two texts at import, where no language is known yet."""

    usable_password_help_text = gettext_lazy("Off: the password is lost; single sign-on goes on working.")  # type: ignore[assignment]  # translated when shown


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    form = ChangeForm
    add_form = CreationForm
    change_password_form = PasswordForm
    list_display = ("username", "display_name", "email", "staff", "active", "last_login")
    search_fields = ("username", "display_name", "email")
    readonly_fields = DATES
    filter_horizontal = ()
    actions = ("make_reset_link", "remove_second_factor")
    fieldsets = (
        (None, {"fields": ("username", "password", "must_change_password")}),
        (gettext_lazy("Person"), {"fields": NAMES[1:]}),
        (gettext_lazy("Rights"), {"fields": RIGHTS}),
        (gettext_lazy("Dates"), {"fields": DATES}),
    )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """A team has few groups: all at a glance. Rights come by group, not by person."""
        return super().formfield_for_manytomany(
            db_field, request, **{**options, "widget": CheckboxSelectMultiple}
        )

    # Words instead of Django's icons, whose names for screen readers are English in every language.

    @admin.display(description=gettext_lazy("staff"), ordering="is_staff")
    def staff(self, user: User) -> str:
        return str(yesno(user.is_staff))

    @admin.display(description=gettext_lazy("active"), ordering="is_active")
    def active(self, user: User) -> str:
        return str(yesno(user.is_active))

    @admin.action(description=gettext_lazy("Make a link that sets a new password"), permissions=["change"])
    def make_reset_link(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        users = self.within_reach(request, queryset)
        for user in users:
            self.log_change(request, user, _("Made a link that sets a new password"))
        links = [(user, reset_link(request, user)) for user in users]
        context = {**self.admin_site.each_context(request), "title": _("New password"), "links": links}
        return TemplateResponse(request, "admin/accounts/reset_links.html", context) if links else None

    @admin.action(description=gettext_lazy("Remove two-step sign-in (lost phone)"), permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in self.within_reach(request, queryset):
            Authenticator.objects.filter(user=user).delete()
            close_sockets(user.pk)
            self.log_change(request, user, _("Removed two-step sign-in"))
            messages.success(
                request, _("%(name)s signs in with the password alone now.") % {"name": user.username}
            )

    def within_reach(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        """Staff who are not superusers must not become one by way of somebody else's password."""
        reach = list(
            queryset if is_superuser(request) else queryset.filter(is_superuser=False, is_staff=False)
        )
        if len(reach) < queryset.count():
            messages.warning(request, _("Only a superuser can do this for staff and superusers."))
        return reach

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        own = super().get_readonly_fields(request, obj)
        return own if is_superuser(request) else (*own, "is_superuser", "is_staff", "groups")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """The page of a user sets a password too, so it follows the same rule."""
        above = obj is not None and (obj.is_superuser or obj.is_staff) and obj != request.user
        return super().has_change_permission(request, obj) and (is_superuser(request) or not above)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        above = obj is not None and (obj.is_superuser or obj.is_staff)
        return super().has_delete_permission(request, obj) and (is_superuser(request) or not above)


def is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)
