"""Skills, and the kinds of job that ask for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorstep.domain.resources.models import (
    Characteristic,
    CharacteristicKind,
    RatingModel,
    RatingValue,
)
from doorstep.domain.work.models import (
    IncidentType,
    IncidentTypeNeed,
    Priority,
    RoleNeed,
    RoleTemplate,
    WorkLocation,
    WorkOrderType,
)

GAS, REFRIGERANT = "Gas engineer", "Refrigerant handling"
BOILERS, HEAT_PUMPS, CONTROLS = "Boilers", "Heat pumps", "Heating controls"
LAUNDRY, COLD, OVENS = "Washing machines and dryers", "Fridges and freezers", "Ovens and hobs"
ELECTRICS, ADVICE = "Electrics", "Customer advice"
CERTIFICATES = (GAS, REFRIGERANT)
SKILLS = (BOILERS, HEAT_PUMPS, CONTROLS, LAUNDRY, COLD, OVENS, ELECTRICS, ADVICE)
RATINGS = ("Trainee", "Basic", "Competent", "Experienced", "Expert")

SERVICE, REPAIR, INSTALLATION = "Service", "Repair", "Installation"
INSPECTION, BY_PHONE, INTERNAL = "Inspection", "Advice", "Internal"
URGENT, HIGH, NORMAL, LOW = "Urgent", "High", "Normal", "Low"

Needs = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job as the demo knows it; `needs` are minimum ratings by skill or certificate."""

    name: str
    type: str
    minutes: int
    needs: Needs
    customer_name: str = ""
    description: str = ""
    preparation: str = ""
    crew_size: int = 0
    roles: Mapping[str, Needs] = field(default_factory=dict)
    location: WorkLocation = WorkLocation.ONSITE
    question: str = ""

    @property
    def is_offered(self) -> bool:
        return bool(self.customer_name)


BOILER_SERVICE = Kind(
    "Boiler service", SERVICE, 60, {GAS: None, BOILERS: 2},
    "Annual boiler service",
    "A full check and clean of your gas boiler, with a written report. Keeps the guarantee alive.",
    "Please clear the space around the boiler and have the service booklet at hand.",
    question="Did we explain what we found?",
)  # fmt: skip
BOILER_REPAIR = Kind(
    "Boiler breakdown", REPAIR, 90, {GAS: None, BOILERS: 3},
    "No heating or hot water",
    "Boiler will not start, loses pressure or shows a fault code? We find the cause and repair it.",
    "Note the fault code on the display. If you smell gas, open the windows, leave the house and "
    "call the emergency line first.",
)  # fmt: skip
GAS_CHECK = Kind(
    "Landlord gas safety check", INSPECTION, 45, {GAS: None},
    "Gas safety certificate for landlords",
    "The yearly check of all gas appliances in a let property; you get the certificate by e-mail.",
    "Somebody over 18 must be at home. We need to reach the meter and every gas appliance.",
)  # fmt: skip
CONTROLS_VISIT = Kind(
    "Heating controls", REPAIR, 45, {CONTROLS: 2},
    "Thermostat and radiators",
    "Thermostat set up or replaced, radiators balanced, cold spots and noises dealt with.",
    "Have the password of your wireless network ready if your thermostat uses it.",
)  # fmt: skip
LAUNDRY_REPAIR = Kind(
    "Washing machine or dryer repair", REPAIR, 75, {LAUNDRY: 2},
    "Washing machine or dryer repair",
    "It leaks, will not spin, drain or dry? We repair most makes at the first visit.",
    "Please empty the machine and make sure that we can pull it out.",
)  # fmt: skip
COLD_REPAIR = Kind(
    "Fridge or freezer repair", REPAIR, 90, {COLD: 2, REFRIGERANT: None},
    "Fridge or freezer repair",
    "Not cold enough, icing up or noisy: we check seals, thermostat and the cooling circuit.",
    "Move frozen food somewhere cold and switch the appliance off two hours before we come.",
)  # fmt: skip
OVEN_REPAIR = Kind(
    "Oven or hob repair", REPAIR, 60, {OVENS: 2},
    "Electric oven or hob repair",
    "Elements, thermostats, doors and hob zones repaired, on built-in and free-standing cookers.",
    "Let the oven cool down and take the trays out.",
)  # fmt: skip
NEW_BOILER = Kind(
    "Boiler replacement", INSTALLATION, 180, {GAS: None, BOILERS: 4},
    "New boiler fitted",
    "Two fitters take the old boiler out, put the new one in and show you how it works.",
    "Water and heating are off for about three hours. Please clear a way for the new boiler.",
    crew_size=2,
    question="Did we leave everything tidy?",
)  # fmt: skip
HEAT_PUMP_CHECK = Kind(
    "Heat pump inspection", SERVICE, 120, {},
    "Heat pump check-up",
    "A heating engineer and an electrician come together: refrigerant circuit, controls, wiring.",
    "The outdoor unit must be free of leaves or snow; keep one meter of space around it.",
    roles={"Heating engineer": {HEAT_PUMPS: 3}, "Electrician": {ELECTRICS: 3}},
)  # fmt: skip
PHONE_ADVICE = Kind(
    "Advice by phone", BY_PHONE, 30, {ADVICE: None},
    "Advice by phone",
    "Half an hour with one of our technicians: fault codes, settings, repair or replace.",
    "Be near the appliance if you can. We call the number in your profile.",
    location=WorkLocation.AGNOSTIC,
)  # fmt: skip
PARTS_VISIT = Kind("Follow-up with parts", REPAIR, 60, {})
WARRANTY_CHECK = Kind("Warranty inspection", INSPECTION, 45, {ELECTRICS: 2})
RECALL = Kind(
    "Recall: dryer door lock", INTERNAL, 30, {LAUNDRY: 2},
    "Dryer door lock replaced",
    "Part of a recall; planned by the office.",
)  # fmt: skip

KINDS = (
    BOILER_SERVICE, BOILER_REPAIR, GAS_CHECK, CONTROLS_VISIT, LAUNDRY_REPAIR, COLD_REPAIR,
    OVEN_REPAIR, NEW_BOILER, HEAT_PUMP_CHECK, PHONE_ADVICE, PARTS_VISIT, WARRANTY_CHECK, RECALL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Catalog:
    """The rows, by the names above."""

    characteristics: dict[str, Characteristic]
    incident_types: dict[str, IncidentType]
    priorities: dict[str, Priority]


def make_catalog() -> Catalog:
    """Write skills, work order types, priorities and all kinds of job with their needs."""
    characteristics = _make_characteristics()
    types = {
        name: WorkOrderType.objects.create(name=name, is_excluded=name == INTERNAL)
        for name in (SERVICE, REPAIR, INSTALLATION, INSPECTION, BY_PHONE, INTERNAL)
    }
    priorities = {
        name: Priority.objects.create(name=name, level=level)
        for name, level in ((URGENT, 1), (HIGH, 3), (NORMAL, 5), (LOW, 8))
    }
    incident_types = {
        kind.name: _make_incident_type(kind, position, types[kind.type], characteristics)
        for position, kind in enumerate(KINDS, start=1)
    }
    return Catalog(characteristics, incident_types, priorities)


def _make_characteristics() -> dict[str, Characteristic]:
    scale = RatingModel.objects.create(name="From trainee to expert", minimum=1, maximum=5)
    RatingValue.objects.bulk_create(
        RatingValue(rating_model=scale, name=name, value=value)
        for value, name in enumerate(RATINGS, start=1)
    )
    rows = [Characteristic(name=name, kind=CharacteristicKind.CERTIFICATE) for name in CERTIFICATES]
    rows += [Characteristic(name=name, rating_model=scale) for name in SKILLS]
    return {row.name: row for row in Characteristic.objects.bulk_create(rows)}


def _make_incident_type(
    kind: Kind,
    position: int,
    work_order_type: WorkOrderType,
    characteristics: dict[str, Characteristic],
) -> IncidentType:
    incident_type = IncidentType.objects.create(
        name=kind.name,
        description=kind.description,
        work_order_type=work_order_type,
        duration_minutes=kind.minutes,
        work_location=kind.location,
        crew_size=kind.crew_size,
        is_customer_bookable=kind.is_offered,
        customer_name=kind.customer_name,
        customer_description=kind.description,
        preparation=kind.preparation,
        survey_question=kind.question,
        position=position * 10,
    )
    IncidentTypeNeed.objects.bulk_create(
        IncidentTypeNeed(
            incident_type=incident_type,
            characteristic=characteristics[name],
            minimum_rating=rating,
        )
        for name, rating in kind.needs.items()
    )
    for role_name, needs in kind.roles.items():
        role = RoleTemplate.objects.create(incident_type=incident_type, name=role_name)
        RoleNeed.objects.bulk_create(
            RoleNeed(role=role, characteristic=characteristics[name], minimum_rating=rating)
            for name, rating in needs.items()
        )
    return incident_type
