from .company import Company
from .connector_account import ConnectorAccount, ConnectorKind
from .portal import ArrivalWindow, Portal
from .snippet import Snippet
from .territory import OrganizationalUnit, Territory

__all__ = [
    "ArrivalWindow",
    "Company",
    "ConnectorAccount",
    "ConnectorKind",
    "OrganizationalUnit",
    "Portal",
    "Snippet",
    "Territory",
]
