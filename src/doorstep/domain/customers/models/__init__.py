from .account import Account
from .asset import CustomerAsset
from .contact import Contact, MessageChannel
from .invitation import Invitation, InvitationKind, InvitationRedemption, InvitedAddress
from .location import FunctionalLocation

__all__ = [
    "Account",
    "Contact",
    "CustomerAsset",
    "FunctionalLocation",
    "Invitation",
    "InvitationKind",
    "InvitationRedemption",
    "InvitedAddress",
    "MessageChannel",
]
