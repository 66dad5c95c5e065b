"""The command that says what a chip delivers on a model, and how that is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.commands.telling import CALLED_WRONGLY, AsJson, told

if TYPE_CHECKING:
    from gigawatt.model.rates import Estimate
    from gigawatt.throughput.predictor import Predictor

Length = Annotated[float | None, typer.Option("--in", metavar="TOKENS", help="Tokens that one request brings.")]
Answer = Annotated[float | None, typer.Option("--out", metavar="TOKENS", help="Tokens that it is answered with.")]


def throughput(
    chip: Annotated[str, typer.Option("--chip", metavar="CHIP", help="A chip of the catalogue, or of --file.")],
    model: Annotated[str, typer.Option("--model", metavar="MODEL", help="A model of the catalogue, or of --file.")],
    precision: Annotated[str, typer.Option(help="bf16, fp8 or fp4.")] = "bf16",
    tokens_in: Length = None,
    tokens_out: Answer = None,
    scenario: Annotated[
        str, typer.Option(help="offline: as much as can be had; server: so that readers need not wait.")
    ] = "offline",
    training: Annotated[
        float | None, typer.Option("--training", metavar="CHIPS", help="Of a training run on so many chips instead.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="A programme file, for its own chips and models.")] = None,
    as_json: AsJson = False,
) -> None:
    """What one chip delivers on a model: the figure, its method and source, how far to trust it; chips of a replica."""
    lacking = [name for name, value in (("--in", tokens_in), ("--out", tokens_out)) if value is None]
    if training is None and lacking:
        typer.echo(f"error: give {' and '.join(lacking)}, the tokens of one request; or --training CHIPS", err=True)
        raise typer.Exit(CALLED_WRONGLY)
    with told(as_json):
        from gigawatt.app import load, predictor

        known = predictor(load(file) if file is not None else None)
        if training is not None:
            answer, replica = known.training(chip, model, training), None
        else:
            length, out = tokens_in or 0.0, tokens_out or 0.0
            answer = known.estimate(chip, model, precision, length, out, scenario)  # type: ignore[arg-type]
            replica = _replica(known, answer, length, out)
    drift = known.drift
    if as_json:
        typer.echo(json.dumps(_plain(answer, replica, drift), indent=1, ensure_ascii=False))
        return
    _tell(answer, replica, drift, (tokens_in, tokens_out))


def _replica(known: Predictor, answer: Estimate, tokens_in: float, tokens_out: float) -> tuple[int, int] | None:
    """Chips that a replica needs at least and requests that they hold; None where the file says too little for it."""
    if known.chips[answer.chip].memory_gb is None or not known.models[answer.model].is_described:
        return None
    return known.replica(answer.chip, answer.model, answer.precision, tokens_in, tokens_out)  # type: ignore[arg-type]


def _plain(answer: Estimate, replica: tuple[int, int] | None, drift: Any) -> dict[str, Any]:
    names = ("chip", "model", "precision", "scenario", "per_second", "method", "source", "sigma", "chips", "batch")
    return {
        **{name: getattr(answer, name) for name in names},
        "unit": "FLOP/s" if answer.method == "training" else "token/s",
        "least": answer.least,
        "most": answer.most,
        "note": answer.note,
        "chips_needed": replica[0] if replica else None,
        "requests_held": replica[1] if replica else None,
        "drift": {name: drift[name] for name in ("a_year", "least", "most", "sigma")},
    }


def _tell(
    answer: Estimate, replica: tuple[int, int] | None, drift: Any, lengths: tuple[float | None, float | None]
) -> None:
    if answer.method == "training":
        typer.echo(f"{answer.chip}, training {answer.model}")
        typer.echo(
            f"  {answer.per_second:.3e} FLOP/s a chip   ({answer.least:.3e} to {answer.most:.3e} in nine of ten)"
        )
        typer.echo(f"  share    {answer.note}")
    else:
        asked = f"{answer.precision}, {lengths[0]:,.0f} in, {lengths[1]:,.0f} out, {answer.scenario}"
        typer.echo(f"{answer.chip}, serving {answer.model} in {asked}")
        band = f"({_figure(answer.least)} to {_figure(answer.most)} in nine of ten)"
        typer.echo(f"  {_figure(answer.per_second)} token/s a chip   {band}")
    typer.echo(f"  method   {answer.method}, sigma {answer.sigma:.2g}")
    typer.echo(f"  source   {answer.source}")
    if answer.chips is not None:
        typer.echo(f"  served   on {answer.chips} chips a replica, {answer.batch} requests at once")
    if replica is not None:
        typer.echo(f"  memory   one replica needs {replica[0]} chips and then holds {replica[1]:,} such requests")
    typer.echo(
        f"  drift    not counted: within a year software gained {drift['a_year'] - 1:+.0%} on the same silicon, the "
        f"median ({drift['least'] - 1:+.0%} to {drift['most'] - 1:+.0%} seen)"
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
