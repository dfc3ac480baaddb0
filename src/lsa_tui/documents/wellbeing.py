"""How the pupil was: check-ins, the morning, food and care."""

from __future__ import annotations

from lsa_tui.documents.attention import flag_item, is_urgent
from lsa_tui.documents.day import View, at
from lsa_tui.documents.document import Item
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import ZONES


def morning(view: View) -> list[Item]:
    """Morning flags that need nobody to act."""
    return [flag_item(one) for one in view.of("flag") if not is_urgent(one)]


def check_ins(view: View) -> list[Item]:
    """Check-ins: the colour by letter and word, who said it, wellbeing and involvement."""
    return [_check_in(one) for one in view.of("check")]


def _check_in(check: Entry) -> Item:
    colour = f"{check['zone'].upper()} {ZONES[check['zone']]}" if check["zone"] else ""
    said_by = "said by the pupil" if check["said_by"] == "pupil" else "said by the adult"
    scales = [f"{name} {check[name]} of 5" for name in ("wellbeing", "involvement") if check[name]]
    said = [colour, said_by if colour else "", *scales, check["text"] or ""]
    brief = [f"{colour} (pupil)" if colour and check["said_by"] == "pupil" else colour, *([] if colour else scales)]
    return Item(
        text=", ".join(part for part in said if part),
        time=at(check),
        brief=", ".join(part for part in brief if part) or check["text"],
        data={
            "kind": "check",
            "id": check.id,
            "zone": check["zone"],
            "said_by": check["said_by"],
            "wellbeing": check["wellbeing"],
            "involvement": check["involvement"],
        },
    )


def care(view: View) -> list[Item]:
    """Food, drink, toilet, bumps."""
    return [
        Item(
            text=f"{one['what']}: {one['value']}" if one["value"] else str(one["what"]),
            time=at(one),
            # A bump stands among the exceptions of the short form already.
            brief="" if one["what"] == "bump" else None,
            data={"kind": "care", "id": one.id, "what": one["what"], "value": one["value"]},
        )
        for one in view.of("care")
    ]
