"""Hold everything that would leave, and let it go again."""

from django.db import transaction

from doorstep.domain.organization.models import Company
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.audit.services import Actor, record

from .sweep import ring_for_due_messages


@transaction.atomic
def hold_all_messages(*, is_held: bool, actor: Actor) -> bool:
    """False when it was so already. What became due meanwhile is rung for at the release."""
    company = Company.objects.select_for_update(no_key=True).get(pk=get_company().pk)
    if company.is_outbound_held == is_held:
        return False
    company.is_outbound_held = is_held
    company.save(update_fields=["is_outbound_held"])
    changes = {"changes": {"is_outbound_held": [not is_held, is_held]}}
    record(actor=actor, action="changed", obj=company, data=changes)
    if not is_held:
        ring_for_due_messages()
    return True
