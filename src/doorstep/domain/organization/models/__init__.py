from .company import Company
from .portal import ArrivalWindow, Portal
from .territory import OrganizationalUnit, Territory

__all__ = ["ArrivalWindow", "Company", "OrganizationalUnit", "Portal", "Territory"]
