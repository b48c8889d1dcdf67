from .bad_input import BadInputMiddleware
from .client_address import ClientAddressMiddleware
from .language import LanguageMiddleware
from .portal import PortalMiddleware
from .staff_mfa import StaffMfaMiddleware

__all__ = [
    "BadInputMiddleware",
    "ClientAddressMiddleware",
    "LanguageMiddleware",
    "PortalMiddleware",
    "StaffMfaMiddleware",
]
