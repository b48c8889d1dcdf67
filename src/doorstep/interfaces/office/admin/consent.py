# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""The consent ledger: entries are added, never changed; the newest about an address counts."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from doorstep.domain.customers.models import Contact
from doorstep.domain.notifications.models import (
    Channel,
    Consent,
    ConsentScope,
    ConsentSource,
)
from doorstep.domain.notifications.services.consent import opt_in, opt_out
from doorstep.interfaces.office.base import OfficeModelAdmin, ReadOnlyMixin, adopt
from doorstep.interfaces.office.columns import column, link_to
from doorstep.interfaces.office.forms.consent import ConsentForm
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists


@admin.register(Consent, site=office)
class ConsentAdmin(ReadOnlyMixin, OfficeModelAdmin):
    list_display = (
        "when", "address", "channel", "wish_badge", "scope", "source", "detail", "contact_link",
    )  # fmt: skip
    list_display_links = ("when",)
    list_filter = ("is_opted_out", "channel", "scope", "source")
    search_fields = ("address", "detail", "contact__last_name", "contact__first_name")
    date_hierarchy = "at"
    fieldsets: Any = (
        (
            None,
            {
                "description": _("The newest entry about an address counts."),
                "fields": (
                    ("address", "channel"),
                    ("wish_badge", "scope"),
                    ("when", "source"),
                    ("contact_link", "detail"),
                ),
            },
        ),
    )
    add_fieldsets: Any = (
        (
            None,
            {
                "description": _(
                    "It counts at once, for whoever has this address, and for messages that wait."
                ),
                "fields": (("channel", "address"), ("wish", "scope"), "detail"),
            },
        ),
    )
    readonly_fields = ("when", "wish_badge", "contact_link")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("notifications.change_consent")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consent]:
        rows: QuerySet[Consent] = super().get_queryset(request)
        return rows.select_related("contact__account")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        kwargs["form"] = ConsentForm if obj is None else ModelForm
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Consent, form: Any, change: bool) -> None:
        data = form.cleaned_data
        channel, address = Channel(data["channel"]), data["address"]
        field = "phone" if channel == Channel.SMS else "email"
        whose = list(Contact.objects.filter(**{field: address})[:2])
        write = opt_out if data["wish"] == "out" else opt_in
        write(
            channel=channel,
            address=address,
            scope=ConsentScope(data["scope"]),
            source=ConsentSource.OFFICE,
            detail=data["detail"],
            contact=whose[0] if len(whose) == 1 else None,
            now=timezone.now(),
        )
        adopt(obj, Consent.objects.filter(channel=channel, address=address).latest("pk"))

    @column(_("when"), ordering="at")
    def when(self, consent: Consent) -> str:
        return in_lists(consent.at)

    @column(_("wants messages"), ordering="is_opted_out", badge=True)
    def wish_badge(self, consent: Consent) -> tuple[str, Any]:
        return ("rejected", _("No")) if consent.is_opted_out else ("approved", _("Yes"))

    @column(_("contact"))
    def contact_link(self, consent: Consent) -> str | SafeString:
        return link_to(consent.contact)
