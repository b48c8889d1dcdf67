from .incident_type import (
    ChecklistItem,
    IncidentType,
    IncidentTypeNeed,
    RoleNeed,
    RoleTemplate,
    WorkLocation,
    WorkOrderType,
)
from .preference import PreferenceKind, ResourcePreference
from .requirement import Requirement, RequirementNeed, RequirementStatus
from .work_order import Priority, SystemStatus, WorkOrder

__all__ = [
    "ChecklistItem",
    "IncidentType",
    "IncidentTypeNeed",
    "PreferenceKind",
    "Priority",
    "Requirement",
    "RequirementNeed",
    "RequirementStatus",
    "ResourcePreference",
    "RoleNeed",
    "RoleTemplate",
    "SystemStatus",
    "WorkLocation",
    "WorkOrder",
    "WorkOrderType",
]
