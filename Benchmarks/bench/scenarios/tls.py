"""What a delivery costs over TLS: against libwebsockets and nothing else."""

from ..bench import Bench
from ..table import Section, at_most
from .fanout import HEADER, Costs, Field, compared, contest


def run(bench: Bench) -> Section:
    section = Section("Fan-out over TLS: processor time for each delivery", HEADER)
    fields = [Field(1000, 1024, uses_tls=True), Field(100, 65536, uses_tls=True)]
    if bench.is_quick:
        fields = [Field(100, 1024, uses_tls=True)]
    costs: Costs = {}
    for field in fields:
        contest(bench, section, field, costs, has_eight_notes=field == fields[0])
    field = fields[0]
    for mode in ("single", "eight"):
        value = compared(costs, field, mode, "floor")
        section.goals.append(
            at_most(f"delivery, {field}, {mode}: to libwebsockets", value, 1.15))
    return section
