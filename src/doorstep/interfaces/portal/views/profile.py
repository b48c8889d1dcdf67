"""What the customer says about herself: name, phone, language, messages; shown once by itself."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from doorstep.domain.customers.services.contacts import change_contact, mark_profile_seen
from doorstep.domain.notifications.models import Channel, ConsentSource
from doorstep.domain.notifications.services.consent import set_reminders_wanted, wishes_of
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
            with transaction.atomic():
                change_contact(contact=contact, actor=actor_of(request), **form.values())
                set_reminders_wanted(
                    contact=contact,
                    wanted=form.cleaned_data["wants_reminders"],
                    source=ConsentSource.PORTAL,
                    now=timezone.now(),
                )
            mark_profile_seen(contact=contact)
            messages.success(request, _("Saved."))
            return redirect("portal:home")
    return render(
        request,
        "portal/profile.html",
        {
            "form": form,
            "is_first": not contact.has_seen_profile,
            "stopped_texts": bool(contact.phone)
            and wishes_of(Channel.SMS, contact.phone).refuses_all,
        },
    )
