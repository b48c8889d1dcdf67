"""A reader of iCalendar text written from RFC 5545 alone, to hold against what we write."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    parameters: str
    value: str  # as it stands, still escaped


def content_lines(content: bytes) -> list[Line]:
    """Section 3.1: lines end in CRLF, are at most 75 octets, and go on after CRLF and a space."""
    assert content.endswith(b"\r\n")
    physical = content[:-2].split(b"\r\n")
    for line in physical:
        assert len(line) <= 75, line
        assert not {0x0D, 0x0A} & set(line), line
        assert not any((byte < 0x20 and byte != 0x09) or byte == 0x7F for byte in line), line
        line.decode()  # a sign cut in two does not decode
    lines = []
    for unfolded in content[:-2].replace(b"\r\n ", b"").split(b"\r\n"):
        head, _, value = unfolded.decode().partition(":")
        name, _, parameters = head.partition(";")
        lines.append(Line(name, parameters, value))
    return lines


def unescaped(value: str) -> str:
    """Section 3.3.11."""
    signs, text = iter(value), ""
    for sign in signs:
        if sign != "\\":
            assert sign not in ";,", value
            text += sign
            continue
        escaped = next(signs)
        assert escaped in "\\;,nN", value
        text += "\n" if escaped in "nN" else escaped
    return text


def components(content: bytes, name: str) -> list[dict[str, Line]]:
    """The properties of each such component, without those of components inside it."""
    found: list[dict[str, Line]] = []
    stack: list[str] = []
    for line in content_lines(content):
        if line.name == "BEGIN":
            stack.append(line.value)
            if line.value == name:
                found.append({})
        elif line.name == "END":
            assert stack.pop() == line.value
        elif stack[-1] == name:
            assert line.name not in found[-1], line
            found[-1][line.name] = line
    assert not stack
    return found
