"""Reads a company's chart of accounts, with the place of every fault."""

from __future__ import annotations

import pathlib

from pydantic import ValidationError

from gigawatt.errors import Fault, ProgrammeError
from gigawatt.file.complaints import complaints
from gigawatt.file.reading import read_file
from gigawatt.model.chart import Chart


def read_chart(path: pathlib.Path) -> Chart:
    """The chart of a file. ProgrammeError with every fault and its place."""
    reading = read_file(path)
    if reading.faults or not reading.data:
        raise ProgrammeError(reading.faults or [Fault(str(path), 1, 1, "", "is empty")])
    try:
        return Chart.model_validate(reading.data, by_alias=True, by_name=False).at(reading.places)
    except ValidationError as error:
        raise ProgrammeError(complaints(error, Chart, reading.data, reading.places)) from error
