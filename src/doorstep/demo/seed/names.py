"""Invented people. Names fit together; languages follow where a family may have come from.

Phone numbers come from the ranges Ofcom keeps free for drama, e-mail addresses from the domains of
RFC 2606: nobody real is ever called or written to.
"""

from dataclasses import dataclass
from random import Random

MAIL_DOMAIN = "example.org"


@dataclass(frozen=True, slots=True)
class _Family:
    """Names that go together. `weight` is how many of a hundred people have them."""

    weight: int
    language: str
    first: tuple[str, ...]
    last: tuple[str, ...]


def _family(weight: int, language: str, first: str, last: str) -> _Family:
    return _Family(weight, language, tuple(first.split()), tuple(last.split()))


_FAMILIES = (
    _family(
        40, "",
        "Alice Amelia Andrew Barbara Ben Charlotte Christopher Colin Debra Dorothy Edward Eleanor "
        "Emma Freya Gareth Geoffrey George Hazel Ian Isla Jack Janet Jessica Joan Joshua Karen "
        "Lewis Lucy Margaret Martin Megan Nathan Nigel Olivia Patricia Peter Rachel Rebecca "
        "Robert Ruth Samuel Sheila Simon Stephen Susan Thomas Valerie Victoria William Zoe",
        "Ackroyd Barlow Bamford Booth Bradshaw Brierley Butterworth Chadwick Clough Cooper "
        "Crompton Duckworth Eckersley Entwistle Fairclough Fielding Gaskell Greenwood Hadfield "
        "Hargreaves Heywood Holroyd Howarth Kershaw Lomax Marsden Nuttall Ogden Openshaw Pilling "
        "Ramsden Rigby Rothwell Schofield Shawcross Smethurst Tattersall Turner Walmsley Winder",
    ),
    _family(
        7, "",
        "Aoife Brendan Ciara Declan Fionnuala Niamh Oisin Padraig Roisin Sean",
        "Byrne Doyle Gallagher Kavanagh Keane McGrath Mulligan Nolan Quinlan Sheehan",
    ),
    _family(
        11, "",
        "Adeel Ayesha Bilal Fatima Hamza Imran Mariam Nadia Omar Saira Tariq Zainab",
        "Ahmed Akhtar Chaudhry Hussain Iqbal Khan Mahmood Malik Mirza Rashid Shah Siddiqui",
    ),
    _family(
        6, "",
        "Anita Arjun Deepa Kiran Meera Nikhil Priti Rohan Sanjay Sunita",
        "Desai Gupta Joshi Kapoor Mehta Menon Patel Rao Sharma Verma",
    ),
    _family(
        8, "",
        "Ada Amara Chidi Emeka Folake Kofi Kwabena Ngozi Tunde Yaw Delroy Marcia",
        "Adeyemi Asante Balogun Boateng Campbell Eze Francis Mensah Nwosu Obi Osei Reid",
    ),
    _family(
        6, "",
        "Agnieszka Andrei Ewa Ioana Jakub Katarzyna Pawel Tomasz Wojciech Zofia",
        "Baran Dumitru Jankowski Lewandowska Mazur Nowak Popescu Sikora Wilk Zielinski",
    ),
    _family(
        6, "",
        "Hao Jia Kim Lan Ming Siu Thanh Wei Xin Yan",
        "Chan Cheung Ho Lam Lau Nguyen Tran Wong Yip Zhang",
    ),
    _family(
        4, "ar",
        "Amal Bassam Dina Faris Hala Karim Nour Rami Salma Yasmin",
        "Aziz Darwish Fakhoury Hamdan Khoury Mansour Nasser Sabbagh Saleh Zaki",
    ),
    _family(
        3, "he",
        "Avi Dov Esther Malka Miriam Naomi Shira Yael Yosef Zvi",
        "Adler Berkovitz Cohen Feldman Friedman Halpern Katz Lieberman Rosen Stern",
    ),
    _family(
        3, "es",
        "Alba Carlos Elena Javier Lucia Mateo Pilar Rocio",
        "Castillo Delgado Herrera Iglesias Navarro Ortega Romero Vidal",
    ),
    _family(
        2, "pt",
        "Beatriz Duarte Ines Joana Miguel Rui Teresa Vasco",
        "Almeida Barbosa Carvalho Figueiredo Moreira Pinto Ribeiro Teixeira",
    ),
    _family(
        2, "de",
        "Anke Dieter Heike Jens Katrin Lukas Steffen Ulrike",
        "Albrecht Brandt Engel Hoffmann Kessler Lorenz Seidel Vogt",
    ),
    _family(
        2, "fr",
        "Amelie Bastien Camille Didier Florence Julien Margaux Thierry",
        "Bernier Chevalier Dubois Fontaine Girard Lambert Mercier Rousseau",
    ),
)  # fmt: skip
# Of people whose family has another language, so many of a hundred read the portal in it.
_READS_IT = 75


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person; `language` is empty for English. The phone number is in E.164."""

    first_name: str
    last_name: str
    language: str
    email: str
    phone: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class People:
    """Gives out people, each once: names, addresses and numbers do not come twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._names: set[str] = set()
        # 07700 900000 to 900999 and 0161 496 0000 to 0999 (Ofcom, numbers for drama use).
        self._mobiles = [f"+447700900{number:03}" for number in range(1000)]
        self._landlines = [f"+441614960{number:03}" for number in range(1000)]
        rng.shuffle(self._mobiles)
        rng.shuffle(self._landlines)

    def invent(self, *, last_name: str = "", language: str = "") -> Person:
        """Somebody new; with a `last_name` a member of that family."""
        while True:
            [family] = self._rng.choices(_FAMILIES, [each.weight for each in _FAMILIES])
            if last_name:
                family = next((each for each in _FAMILIES if last_name in each.last), family)
            first = self._rng.choice(family.first)
            last = last_name or self._rng.choice(family.last)
            if f"{first} {last}" not in self._names:
                break
        reads = family.language if self._rng.randrange(100) < _READS_IT else ""
        return self.named(first, last, language=language or reads)

    def named(self, first: str, last: str, *, language: str = "", email: str = "") -> Person:
        """Somebody in particular, with a mobile number."""
        self._names.add(f"{first} {last}")
        address = email or f"{first}.{last}@{MAIL_DOMAIN}".lower()
        return Person(first, last, language, address, self._mobiles.pop())

    def landline(self) -> str:
        """The number of an office or a shop."""
        return self._landlines.pop()
