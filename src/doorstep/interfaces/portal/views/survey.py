"""Feedback about a completed visit: one form, and the thanks for it."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from doorstep.domain.surveys.selectors import own_survey
from doorstep.domain.surveys.services.answers import give_answer
from doorstep.interfaces.portal.access import CHANGES, limited, visit_required
from doorstep.interfaces.portal.forms.survey import SurveyForm
from doorstep.interfaces.portal.presenters.after_visit import (
    after_visit,
    own_survey_view,
    survey_url,
)
from doorstep.interfaces.portal.requests import VisitRequest
from doorstep.platform.lib.errors import DomainError

from .visit import view_of, visit_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@limited(CHANGES, methods=("POST",))
@visit_required
def survey(request: VisitRequest, code: str) -> HttpResponse:
    """404 where our own form asks nothing about this visit. What was typed into a form that has
    closed meanwhile is shown again with the reason."""
    booking = visit_or_404(request, code)
    by_link, now = request.link is not None, timezone.now()
    found = own_survey(booking, contact=request.contact, now=now)
    if found is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = SurveyForm(data, survey=found, by_link=by_link)
    error, status = "", 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                give_answer(
                    booking=booking,
                    contact=request.contact,
                    reply=form.reply(),
                    actor=request.actor,
                    now=now,
                )
            except DomainError as refusal:
                error, status = str(refusal), 409
            else:
                return redirect(f"{survey_url(booking, by_link=by_link)}?done=1")
    view = own_survey_view(booking, found, by_link=by_link, form=form)
    is_thanks = request.GET.get("done") == "1" and found.answer is not None and not form.is_bound
    return render(
        request,
        "portal/survey.html",
        {
            "visit": view_of(request, booking),
            "survey": view,
            "form": form,
            "error": error,
            "is_thanks": is_thanks,
            "after": after_visit(
                booking,
                contact=request.contact,
                portal=request.portal,
                by_link=by_link,
                now=now,
            ),
        },
        status=status,
    )
