"""The second table: a dot where no copy got in, and what was seen where one did; within 80 columns."""

from __future__ import annotations

from rescind.demo.kinds import KINDS, WAYS, Kind
from rescind.demo.one_revoke import OneRevoke
from rescind.demo.table import WIDTH
from rescind.demo.ways import LEGEND, Cell, Found, table
from rescind.drill.judge import Verdict
from rescind.drill.plan import End, Step
from rescind.drill.record import Asked, Trial
from rescind.drill.report import figures
from rescind.drill.run import EndOutcome

ONE = OneRevoke("final", 3, 3, 6, 0.0041, accepted=0, asked=72)


def cell(late: float | None = None, *, still: bool = False, life: float | None = None) -> Cell:
    """Ten requests after the answer, a tenth of a second apart; accepted until `late`."""
    asked = [Asked(99.9, 99.91, Verdict.ACCEPTED, "200", "w", True)]
    for number in range(1, 11):
        at = 100 + number / 10
        verdict = Verdict.ACCEPTED if late is not None and number / 10 <= late else Verdict.REFUSED
        asked.append(Asked(at, at + 0.01, verdict, "200", "w", True))
    trial = Trial(1, 99.0, 99.99, 100.0, 101.0, still, tuple(asked), "", {})
    end = EndOutcome(End(name="sign out", steps=(Step(post="/sign-out"),)), (trial,), ())
    return Cell(figures(end), end.trials, life)


def held(kind: Kind) -> Found:
    ways = WAYS if kind.ours else ("sign out", "password", "disabled")
    return Found(kind, {way: cell() for way in ways if not (kind.as_row and way == "sign out")})


def documented() -> list[Found]:
    """As an ordinary run finds them; what the first table has measured stands in for itself."""
    found = [Found(one.kind, {"sign out": cell(), **one.cells}) for one in map(held, KINDS)]
    lives_on = cell(1.0, still=True, life=900.0)
    cookie = cell(1.0, still=True, life=31 * 86_400.0)
    found[-3] = Found(KINDS[-3], {**found[-3].cells, "sign out": cell(1.0, still=True)})
    found[-2] = Found(KINDS[-2], {"sign out": cookie, "password": cookie, "disabled": cell(0.1)})
    found[-1] = Found(KINDS[-1], {"sign out": lives_on, "password": lives_on, "disabled": cell()})
    return found


FOUND = [held(kind) for kind in KINDS]


def test_the_whole_table() -> None:
    assert (
        "\n".join([*table(documented()), LEGEND])
        == """\
                           sign out  end one   end all   password  disabled
────────────────────────────────────────────────────────────────────────────
Django · database             ·         ·         ·         ·         ·
Flask · database              ·         ·         ·         ·         ·
Flask · redis                 ·         ·         ·         ·         ·
Flask · jwt                   ·         ·         ·         ·         ·
FastAPI · database            ·         ·         ·         ·         ·
FastAPI · redis               ·         ·         ·         ·         ·
FastAPI · jwt                 ·         ·         ·         ·         ·
────────────────────────────────────────────────────────────────────────────
Django, db                    ·         -         -         ·         ·
Django, cached_db, Redis      ·         -         -         ·         ·
Django, cached_db, locmem  1.0 s +      -         -         ·         ·
Flask-Login               30 d left     -         -     30 d left   100 ms
fastapi-users, JWT        14:58 left    -         -     14:58 left    ·
·  never after the answer    -  no such thing there    +, left  still works"""
    )


def test_lines_stay_in_eighty_columns_whatever_was_measured() -> None:
    widest = cell(1.0, still=True, life=3599.0)
    lines = table([Found(kind, dict.fromkeys(WAYS, widest)) for kind in KINDS])
    assert max(len(line) for line in [*lines, LEGEND]) <= WIDTH


def test_a_cell_of_ours_that_is_late_is_printed_so() -> None:
    assert cell(0.3).text == "300 ms"
    assert cell(0.3, still=True).text == "300 ms +"


def test_a_copy_that_never_worked_is_no_dot() -> None:
    end = EndOutcome(End(name="sign out", steps=(Step(post="/sign-out"),)), (), ())
    assert Cell(figures(end), ()).text == "not seen"


def test_one_revoke_in_one_line() -> None:
    assert ONE.line == "final · 3 sessions in 3 applications · 6 workers · 4.1 ms"
    assert ONE.to_dict()["probes_after"] == 72
