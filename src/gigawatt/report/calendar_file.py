"""Deadlines as a calendar file (iCalendar, RFC 5545): one all-day event each, with a reminder a fortnight before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gigawatt.errors import OutputError
from gigawatt.model.deadline import Due

if TYPE_CHECKING:
    from gigawatt.model.programme import Programme

REMINDER_DAYS = 14
_WIDTH = 75


def calendar_text(programme: Programme, found: Sequence[Due]) -> str:
    """The text of the file. Pure: an event's id follows from what it says, so that a calendar updates it in place."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Gigawatt//due//EN",
        f"X-WR-CALNAME:{_text(programme.programme)}",
    ]
    for one in found:
        deadline = one.deadline
        money = f" ({deadline.amount:,.0f} {programme.currency} at stake)" if deadline.amount is not None else ""
        said = f"{one.clause}: {deadline.words}{money}"
        uid = hashlib.sha256(
            f"{programme.programme} {one.clause} {deadline.what} {deadline.on} {deadline.words}".encode()
        )
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid.hexdigest()[:32]}@gigawatt",
            f"DTSTAMP:{programme.as_of:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{deadline.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{deadline.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(f'{deadline.by}: {deadline.what}, {deadline.words}')}",
            f"DESCRIPTION:{_text(f'{said} [{one.place}]')}",
            f"CATEGORIES:{deadline.what.upper()}",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"TRIGGER:-P{REMINDER_DAYS}D",
            f"DESCRIPTION:{_text(deadline.words)}",
            "END:VALARM",
            "END:VEVENT",
        ]
    return "\r\n".join(part for line in [*lines, "END:VCALENDAR"] for part in _folded(line)) + "\r\n"


def write_calendar(programme: Programme, found: Sequence[Due], path: Path) -> None:
    """Write the file. Raises `OutputError`."""
    try:
        path.write_bytes(calendar_text(programme, found).encode())
    except OSError as fault:
        raise OutputError(f"cannot write {path}: {fault.strerror}; give another --ics") from fault


def _text(words: str) -> str:
    """Text as the format has it: commas, semicolons, backslashes and newlines escaped."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        words = words.replace(plain, escaped)
    return words


def _folded(line: str) -> list[str]:
    """A line of at most 75 bytes, what is longer continued with a blank before it; no character is cut."""
    parts, part = [], ""
    for character in line:
        if len((part + character).encode()) > _WIDTH:
            parts.append(part)
            part = " "
        part += character
    return [*parts, part]
