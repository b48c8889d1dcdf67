# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Accounts with their people, places and equipment."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from doorstep.domain.customers.models import Account, Contact, CustomerAsset, FunctionalLocation
from doorstep.domain.customers.services.contacts import announce_contact
from doorstep.domain.work.models import ResourcePreference, WorkOrder
from doorstep.interfaces.office.base import OfficeModelAdmin, OfficeTabularInline
from doorstep.interfaces.office.columns import column, link_to, link_to_list
from doorstep.interfaces.office.filters import HasCoordinatesFilter, HasSignInFilter
from doorstep.interfaces.office.forms.customers import (
    AccountForm,
    AssetForm,
    ContactForm,
    LocationForm,
)
from doorstep.interfaces.office.location_tree import depth_of, tree_path
from doorstep.interfaces.office.own_feeds import OwnFeedMixin
from doorstep.interfaces.office.places import ADDRESS, AddressAdminMixin
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.why import WhyMixin


class ContactInline(OfficeTabularInline):
    model = Contact
    form = ContactForm
    fields = ("first_name", "last_name", "email", "phone", "allows_sign_in", "is_active")
    show_change_link = True


class LocationInline(OfficeTabularInline):
    model = FunctionalLocation
    form = LocationForm
    fields = ("name", "parent", "street", "postal_code", "city", "latitude", "longitude")
    show_change_link = True

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The other locations of this account, not of all accounts."""
        if db_field.name == "parent":
            account = request.resolver_match and request.resolver_match.kwargs.get("object_id")
            own = FunctionalLocation.objects.none()
            if account and str(account).isdecimal():
                own = FunctionalLocation.objects.filter(account=int(account))
            kwargs["queryset"] = own
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class AssetInline(OfficeTabularInline):
    model = CustomerAsset
    form = AssetForm
    fields = ("name", "product", "serial_number", "location", "installed_on", "is_active")
    autocomplete_fields = ("location",)
    show_change_link = True


class AccountPreferenceInline(OfficeTabularInline):
    model = ResourcePreference
    fk_name = "account"
    fields = ("kind", "resource", "from_on", "to_on")
    autocomplete_fields = ("resource",)
    verbose_name_plural = _("Preferences")


@admin.register(Account, site=office)
class AccountAdmin(WhyMixin, AddressAdminMixin, OfficeModelAdmin):
    form = AccountForm
    list_display = (
        "name",
        "address",
        "territory",
        "primary_contact",
        "is_active",
        "is_excluded",
        "is_placed",
    )
    list_select_related = ("territory", "primary_contact")
    list_filter = ("is_active", "is_excluded", "territory", HasCoordinatesFilter)
    search_fields = ("name", "street", "city", "postal_code", "contacts__email")
    inlines = (ContactInline, LocationInline, AssetInline, AccountPreferenceInline)
    actions_detail = ("why_no_time",)
    why_parameter = "account"
    readonly_fields = ("work_orders", "invitations", "created_at")
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("name", "territory"),
                    ("primary_contact", "language"),
                    ("is_active", "is_excluded"),
                )
            },
        ),
        ADDRESS,
        (_("Access notes"), {"classes": ("tab",), "fields": ("instructions",)}),
        (
            _("Work"),
            {"classes": ("tab",), "fields": ("work_orders", "invitations", "created_at")},
        ),
    )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is Contact:
            for contact in formset.new_objects:
                announce_contact(contact=contact)
            for contact, changed in formset.changed_objects:
                announce_contact(contact=contact, changed=list(changed))

    @column(_("work orders"))
    def work_orders(self, account: Account) -> str | SafeString:
        if account._state.adding:
            return "–"
        count = account.work_orders.count()
        text = _("Show %(count)s") % {"count": count}
        return link_to_list(WorkOrder, f"account__id__exact={account.pk}", text)

    @column(_("invitations"))
    def invitations(self, account: Account) -> str | SafeString:
        if account._state.adding:
            return "–"
        text = _("Show %(count)s") % {"count": account.invitations.count()}
        query = f"account__id__exact={account.pk}"
        return link_to_list(account.invitations.model, query, text)


@admin.register(Contact, site=office)
class ContactAdmin(OwnFeedMixin, OfficeModelAdmin):
    form = ContactForm
    actions_detail = ("make_feed", "stop_feed")
    list_display = (
        "shown_name", "email", "phone", "account", "allows_sign_in", "signs_in", "is_active",
    )  # fmt: skip
    list_display_links = ("shown_name",)
    list_select_related = ("account",)
    list_filter = ("is_active", "allows_sign_in", HasSignInFilter)
    search_fields = ("first_name", "last_name", "email", "phone", "account__name")
    autocomplete_fields = ("account",)
    readonly_fields = ("user_link", "created_at", "own_feed")
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    "account",
                    ("first_name", "last_name"),
                    ("email", "phone"),
                    ("language", "time_zone"),
                    ("allows_sign_in", "is_active"),
                    ("user_link", "created_at"),
                    "own_feed",
                )
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        announce_contact(contact=obj, changed=form.changed_data if change else None)

    @column(_("name"), ordering="last_name")
    def shown_name(self, contact: Contact) -> str:
        return str(contact)

    @column(_("has a sign-in"), boolean=True)
    def signs_in(self, contact: Contact) -> bool:
        return contact.user_id is not None

    @column(_("signs in as"))
    def user_link(self, contact: Contact) -> str | SafeString:
        return link_to(contact.user)


@admin.register(FunctionalLocation, site=office)
class FunctionalLocationAdmin(AddressAdminMixin, OfficeModelAdmin):
    form = LocationForm
    list_display = ("indented_name", "account", "address", "is_placed")
    list_display_links = ("indented_name",)
    list_select_related = ("account",)
    list_filter = (HasCoordinatesFilter,)
    search_fields = ("name", "account__name", "street", "city", "postal_code")
    autocomplete_fields = ("account", "parent")
    fieldsets: Any = (
        (None, {"fields": ("account", "name", "parent", "access_notes")}),
        ADDRESS,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[FunctionalLocation]:
        rows: QuerySet[FunctionalLocation] = super().get_queryset(request)
        return rows.annotate(tree_path=tree_path())

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return ("account__name", "account_id", tree_path().asc(), "pk")

    @column(_("name"))
    def indented_name(self, location: FunctionalLocation) -> SafeString:
        depth = depth_of(location)
        return format_html('<span class="office-depth-{}">{}</span>', depth, location.name)


@admin.register(CustomerAsset, site=office)
class CustomerAssetAdmin(WhyMixin, OfficeModelAdmin):
    form = AssetForm
    list_display = ("name", "product", "serial_number", "account", "location", "is_active")
    list_select_related = ("account", "location")
    list_filter = ("is_active",)
    search_fields = ("name", "product", "serial_number", "account__name")
    actions_detail = ("why_no_time",)
    why_parameter = "asset"
    autocomplete_fields = ("account", "location")
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("account", "location"),
                    ("name", "product"),
                    ("serial_number", "installed_on"),
                    "is_active",
                )
            },
        ),
    )
