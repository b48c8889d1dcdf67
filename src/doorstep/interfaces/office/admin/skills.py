"""Characteristics and the scales on which they are rated."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from doorstep.domain.resources.models import Characteristic, RatingModel, RatingValue
from doorstep.interfaces.office.base import OfficeModelAdmin, OfficeTabularInline
from doorstep.interfaces.office.columns import column
from doorstep.interfaces.office.site import office


@admin.register(Characteristic, site=office)
class CharacteristicAdmin(OfficeModelAdmin):
    list_display = ("name", "kind", "rating_model", "holder_count")
    list_select_related = ("rating_model",)
    list_filter = ("kind", "rating_model")
    search_fields = ("name", "description")
    fields: Any = (("name", "kind"), "rating_model", "description")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Characteristic]:
        rows: QuerySet[Characteristic] = super().get_queryset(request)
        return rows.annotate(holder_total=Count("holders__resource", distinct=True))

    @column(_("resources"), ordering="holder_total")
    def holder_count(self, characteristic: Any) -> int:
        count: int = characteristic.holder_total
        return count


class RatingValueInline(OfficeTabularInline):
    model = RatingValue
    fields = ("value", "name")
    tab = False


@admin.register(RatingModel, site=office)
class RatingModelAdmin(OfficeModelAdmin):
    list_display = ("name", "minimum", "maximum")
    search_fields = ("name",)
    fields: Any = ("name", ("minimum", "maximum"))
    inlines = (RatingValueInline,)
