"""The company, and which portal answers."""

from doorstep.platform.lib.rows import rows_as, run, select

from .models import Company, Portal


def get_company() -> Company:
    """The one company; made with defaults when the installation is fresh."""
    found = rows_as(Company, run(select(Company, "WHERE id = 1")))
    return found[0] if found else Company.objects.get_or_create(pk=1)[0]


def find_portal(host: str) -> Portal | None:
    """The portal for a request's host (with or without port), else the default one, else None."""
    name = host.lower()
    names = [name, name.partition(":")[0]]
    portals = rows_as(
        Portal, run(select(Portal, "WHERE host_name = ANY(%s) OR is_default"), [names])
    )
    portals.sort(key=lambda portal: (portal.host_name != name, not portal.host_name, portal.pk))
    named = [portal for portal in portals if portal.host_name in names]
    if named:
        return named[0]
    return next((portal for portal in portals if portal.is_default), None)


def get_default_portal() -> Portal:
    """Raises Portal.DoesNotExist before the first portal is set up."""
    return Portal.objects.get(is_default=True)
