"""Tags for the parts every page is made of; built in to all templates."""

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, RadioSelect
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon_url(name: str) -> str:
    """The address of a picture in icons.svg, for parts that dress it themselves."""
    return f"{static('web/icons.svg')}#{name}"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A picture from icons.svg; hidden from screen readers unless it has a label."""
    href = icon_url(name)
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)


@register.inclusion_tag("web/_field.html")
def field(
    bound: BoundField, autocomplete: str = "", hint: str = "", suffix: str = ""
) -> dict[str, Any]:
    """Label, help, input and error of one field, tied together for screen readers."""
    described: list[str] = []
    help_text = hint or bound.help_text
    if help_text:
        described.append(f"{bound.auto_id}_hint")
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
    widget = bound.field.widget
    attributes: dict[str, str | bool] = {"class": "input"}
    if isinstance(widget, CheckboxInput):
        attributes["class"] = "checkbox"
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if autocomplete:
        attributes["autocomplete"] = autocomplete
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attributes),
        "help_text": help_text,
        "is_group": isinstance(widget, RadioSelect),
        "is_checkbox": isinstance(widget, CheckboxInput),
        "suffix": suffix,
    }


@register.inclusion_tag("web/_form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """The box above a form that names everything that is wrong, with links to the fields."""
    return {"form": form}
