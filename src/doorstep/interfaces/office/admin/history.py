"""History: who changed what, for ever and read-only."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from doorstep.interfaces.office.base import OfficeModelAdmin, ReadOnlyMixin
from doorstep.interfaces.office.columns import column
from doorstep.interfaces.office.history_words import kind_words, words_of
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists
from doorstep.platform.audit.models import LogEntry


@admin.register(LogEntry, site=office)
class LogEntryAdmin(ReadOnlyMixin, OfficeModelAdmin):
    list_display = ("when", "actor_label", "source", "action", "kind", "object_label", "details")
    list_display_links = ("when",)
    list_filter = ("source", "action", "object_type")
    search_fields = ("actor_label", "object_label", "action")
    date_hierarchy = "at"
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("when", "source"),
                    ("actor_label", "action"),
                    ("kind", "object_label"),
                    "details",
                )
            },
        ),
    )
    readonly_fields = ("when", "kind", "details")

    @column(_("when"), ordering="at")
    def when(self, entry: LogEntry) -> str:
        return in_lists(entry.at)

    @column(_("kind"), ordering="object_type")
    def kind(self, entry: LogEntry) -> str:
        return kind_words(entry.object_type)

    @column(_("details"))
    def details(self, entry: LogEntry) -> SafeString:
        return words_of(entry)
