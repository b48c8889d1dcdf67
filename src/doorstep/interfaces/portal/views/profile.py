"""The customer's own page: name, phone, language; shown once by itself, then in the navigation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from doorstep.domain.customers.services.contacts import change_contact, mark_profile_seen
from doorstep.interfaces.portal.access import contact_required
from doorstep.interfaces.portal.forms.profile import ProfileForm
from doorstep.interfaces.portal.requests import ContactRequest, actor_of


@require_http_methods(["GET", "HEAD", "POST"])
@contact_required
def profile(request: ContactRequest) -> HttpResponse:
    contact = request.contact
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        initial=ProfileForm.values_of(contact),
    )
    if request.method == "POST":
        if "skip" in request.POST:
            mark_profile_seen(contact=contact)
            return redirect("portal:home")
        if form.is_valid():
            change_contact(contact=contact, actor=actor_of(request), **form.values())
            mark_profile_seen(contact=contact)
            messages.success(request, _("Saved."))
            return redirect("portal:home")
    return render(
        request, "portal/profile.html", {"form": form, "is_first": not contact.has_seen_profile}
    )
