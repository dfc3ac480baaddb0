"""THE list of what can be recorded. A new type is added here, and nowhere else.

From this list follow the log, undo, history, export, import, sync and the day's log; docs/records.md shows how
to add one. The names and fields are those of the JSON lines, which scripts rely on.
"""

from __future__ import annotations

from lsa_tui.clock import from_text
from lsa_tui.records.checks import (
    choice,
    code,
    codes,
    letter,
    line,
    moment,
    number,
    spans,
    uuid_text,
    whole,
    words,
    yes_no,
)
from lsa_tui.records.kinds import Entry, Field, Kind, Words
from lsa_tui.text import one_line

LADDERS = ("scaffold", "prompt")
ZONES = {"b": "blue", "g": "green", "y": "yellow", "r": "red"}
HOME_PARTS = ("achievement", "helped", "reminder", "question")
"""What a home sheet is made of."""
LEVELS = ("self", "prompting", "clueing", "modelling", "correcting", "I", "V", "G", "M", "PP", "FP")


def _code_and_text(entry: Entry, _words: Words) -> str:
    return " ".join(str(entry[name]) for name in ("code", "text") if entry[name])


def _behaviour(entry: Entry, _words: Words) -> str:
    return f"{entry['key'] or '-'} {entry['label']}"


def _slot(entry: Entry, _words: Words) -> str:
    return f"{entry['title']}{' (cancelled)' if entry['cancelled'] else ''}"


def _session(entry: Entry, words: Words) -> str:
    title = words.slot(entry["slot"])
    if entry["status"] == "missed":
        return f"{title} missed: {entry['missed_reason'] or 'no reason given'}"
    ended = entry["ended"]
    until = f"to {from_text(ended):%H:%M}" if ended else "running"
    parts = [title, until, "assumed" if entry["assumed"] else "", one_line(entry["adapted"] or "")]
    return ", ".join(part for part in parts if part)


def _tally(entry: Entry, words: Words) -> str:
    label = words.behaviour(entry["behaviour"]) if entry["behaviour"] else f"unknown {entry['letter'] or '?'}"
    return label if entry["count"] == 1 else f"{label} x{entry['count']}"


def _bout(entry: Entry, words: Words) -> str:
    label = words.behaviour(entry["behaviour"])
    if not entry["until"]:
        return f"{label}, running"
    seconds = int((from_text(entry["until"]) - entry.when).total_seconds() + 0.5)
    return f"{label} {seconds // 60} min {seconds % 60:02} s" if seconds >= 60 else f"{label} {seconds} s"


def _trial(entry: Entry, _words: Words) -> str:
    said = {"no": "not yet right", "none": "no response"}.get(entry["outcome"], entry["level"])
    return f"{entry['target']} {said}"


def _note(entry: Entry, _words: Words) -> str:
    marks = [entry["target"], entry["score"] if entry["target"] else None, "home" if entry["home"] else None]
    marks.append("helped" if entry["helped"] else None)
    marked = " ".join(mark for mark in marks if mark and mark not in (entry["text"] or "").split())
    return one_line(f"{entry['text']} [{marked}]" if marked else entry["text"])


def _incident(entry: Entry, _words: Words) -> str:
    minutes = f", {entry['minutes']:g} min" if entry["minutes"] is not None else ""
    return one_line(f"{entry['before']} > {entry['seen']} > {entry['next']}{minutes}")


def _intervention(entry: Entry, _words: Words) -> str:
    ended = entry["ended"]
    if not ended:
        return "hands-on, running"
    seconds = int((from_text(ended) - entry.when).total_seconds() + 0.5)
    lasted = f"{seconds // 60} min {seconds % 60:02} s" if seconds >= 60 else f"{seconds} s"
    done = entry["school_form_done"]
    form = f"school's form done {from_text(done):%H:%M}" if done else "school's form NOT DONE"
    return ", ".join(part for part in (f"hands-on {lasted}", one_line(entry["held"] or ""), form) if part)


def _check(entry: Entry, _words: Words) -> str:
    parts = [
        f"{entry['zone'].upper()} {ZONES[entry['zone']]}" if entry["zone"] else "",
        f"wellbeing {entry['wellbeing']}" if entry["wellbeing"] else "",
        f"involvement {entry['involvement']}" if entry["involvement"] else "",
        "said by the pupil" if entry["said_by"] == "pupil" else "",
        one_line(entry["text"] or ""),
    ]
    return ", ".join(part for part in parts if part) or "check-in"


def _what_value(entry: Entry, _words: Words) -> str:
    return f"{entry['what']}: {entry['value']}" if entry["value"] else str(entry["what"])


def _problem(entry: Entry, words: Words) -> str:
    return f"raised: {one_line(entry['text'])} ({words.status(entry.id)})"


def _reply(entry: Entry, _words: Words) -> str:
    return f"answer: {one_line(entry['text'] or 'closed')}"


def _text(entry: Entry, _words: Words) -> str:
    return one_line(entry["text"])


def _name(entry: Entry, words: Words) -> str:
    """Without the name: this stands at the foot of every screen while it can be taken back."""
    return f"name of {words.pupil(entry.pupil)}"


def _person(entry: Entry, _words: Words) -> str:
    return "a classmate's name" if entry["who"] == "classmate" else "a name of staff"


def _release(entry: Entry, _words: Words) -> str:
    return f"released for home: {one_line(entry['text'])}"


def _cover(entry: Entry, _words: Words) -> str:
    whose = f" for {entry['of']}" if entry["of"] else ""
    until = f", to {from_text(entry['until']):%H:%M}" if entry["until"] else ""
    return f"{entry.by} covers{whose}{until}"


AT = Field("at", moment, required=True)
BEHAVIOUR = Field("behaviour", uuid_text, refers="behaviour")
SESSION = Field("session", uuid_text)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        # What the plan says. Documents: edited field by field, one natural key each.
        Kind(
            "pupil",
            "pupil",
            (
                Field("code", code(), required=True),
                Field("year", line(20)),
                Field("class", line(40)),
                Field("plan_type", line(40)),
            ),
            line=lambda entry, _: str(entry["code"]),
            time=None,
            pupil="no",
            key=("code",),
            listed=False,
        ),
        Kind(
            # Apart from the pupil, because it stays on this device and leaves it only with `export --names`.
            "name",
            "pupil's name",
            (Field("name", line(80), required=True),),
            line=_name,
            time=None,
            own=True,
            key=("pupil",),
            listed=False,
        ),
        Kind(
            "outcome",
            "outcome",
            (
                Field("code", code(), required=True),
                Field("text", words(2000), required=True),
                Field("area", line(80)),
            ),
            line=_code_and_text,
            time=None,
            key=("code",),
            listed=False,
        ),
        Kind(
            "provision",
            "provision",
            (
                Field("code", code(), required=True),
                Field("text", words(2000), required=True),
                Field("minutes", whole(1, 1440)),
                Field("times_per_week", whole(1, 100)),
                Field("group_size", whole(1, 100)),
                Field("by_whom", line(80)),
                Field("outcome", code()),
            ),
            line=_code_and_text,
            time=None,
            key=("code",),
            listed=False,
        ),
        Kind(
            "target",
            "target",
            (
                Field("code", code(), required=True),
                Field("text", words(2000), required=True),
                Field("outcome", code()),
                Field("ladder", choice(*LADDERS), default="scaffold"),
                Field("criterion", line(80)),
            ),
            line=_code_and_text,
            time=None,
            key=("code",),
            listed=False,
        ),
        Kind(
            "behaviour",
            "behaviour",
            (
                Field("key", letter),
                Field("label", line(40), required=True),
                Field("measure", choice("count", "duration"), default="count"),
                Field("direction", choice("up", "down", "none"), default="none"),
                Field("counts_as", choice("praise", "reminder")),
                Field("private", yes_no, default=False),
                Field("definition", words(500)),
                Field("group", line(40)),
                Field("position", whole(0, 999)),
            ),
            line=_behaviour,
            time=None,
            pupil="may",
            key=("label",),
            listed=False,
        ),
        Kind(
            "slot",
            "slot",
            (
                Field("starts", moment, required=True),
                Field("ends", moment, required=True),
                Field("title", line(120), required=True),
                Field("aim", words(2000)),
                Field("need_to_know", words(4000)),
                Field("feedback", words(2000)),
                Field("targets", codes),
                Field("provision", code()),
                Field("place", line(120)),
                Field("all_day", yes_no, default=False),
                Field("cancelled", yes_no, default=False),
                Field("series", line(400)),
                Field("recurrence", line(80)),
            ),
            line=_slot,
            time="starts",
            pupil="may",
            key=("series", "recurrence"),
            listed=False,
        ),
        # What happened. Facts: a correction is a revision, a removal is a mark with a reason.
        Kind(
            "session",
            "session",
            (
                Field("started", moment, required=True),
                Field("slot", uuid_text),
                Field("ended", moment),
                Field("assumed", yes_no, default=False),
                Field("pauses", spans),
                Field("status", choice("running", "done", "missed"), default="running"),
                Field("missed_reason", line(200)),
                Field("adapted", words(500)),
            ),
            line=_session,
            time="started",
            ends="ended",
        ),
        Kind(
            "tally",
            "mark",
            (
                AT,
                BEHAVIOUR,
                Field("letter", letter),
                Field("count", whole(1, 999), required=True, default=1),
                SESSION,
            ),
            line=_tally,
            pupil="may",
        ),
        Kind(
            "bout",
            "duration",
            (
                AT,
                Field("behaviour", uuid_text, required=True, refers="behaviour"),
                Field("until", moment),
                SESSION,
            ),
            line=_bout,
            pupil="may",
            ends="until",
        ),
        Kind(
            "trial",
            "response",
            (
                AT,
                Field("target", code(), required=True),
                Field("ladder", choice(*LADDERS)),
                Field("ladder_version", whole(1, 99)),
                Field("level", choice(*LEVELS)),
                Field("outcome", choice("yes", "no", "none"), required=True, default="yes"),
                SESSION,
            ),
            line=_trial,
        ),
        Kind(
            "note",
            "note",
            (
                AT,
                Field("text", words(), required=True),
                Field("target", code()),
                Field("home", yes_no, default=False),
                Field("score", line(20)),
                Field("helped", yes_no, default=False),
                Field("own_words", yes_no, default=False),
                # Older than `daybook.marking`: only that a name which the writer's device knew stands in it.
                Field("named", yes_no, default=False),
                SESSION,
            ),
            line=_note,
        ),
        Kind(
            "incident",
            "incident",
            (
                AT,
                Field("before", words(500), required=True),
                Field("seen", words(500), required=True),
                Field("next", words(500), required=True),
                Field("minutes", number(0, 1440)),
                Field("place", line(80)),
                Field("free_to_leave", choice("yes", "no")),
                Field("communicating", words(500)),
                Field("hurt", words(500)),
                Field("text", words()),
                SESSION,
            ),
            line=_incident,
        ),
        Kind(
            # A restrictive intervention, from the stopwatch on; the school's own record stays the statutory one.
            "intervention",
            "restrictive intervention",
            (
                AT,
                Field("ended", moment),
                Field("persons", words(500)),
                Field("tried_before", words(2000)),
                Field("held", words(2000)),
                Field("place", line(80)),
                Field("injury", words(500)),
                Field("free_to_leave", choice("yes", "no")),
                Field("told", line(200)),
                Field("told_at", moment),
                Field("school_form_done", moment),
                Field("text", words()),
                SESSION,
            ),
            line=_intervention,
            ends="ended",
        ),
        Kind(
            "check",
            "check-in",
            (
                AT,
                Field("zone", choice(*ZONES)),
                Field("said_by", choice("pupil", "adult"), default="adult"),
                Field("wellbeing", whole(1, 5)),
                Field("involvement", whole(1, 5)),
                Field("text", words(2000)),
                SESSION,
            ),
            line=_check,
        ),
        Kind(
            "care",
            "care",
            (
                AT,
                Field("what", choice("food", "drink", "toilet", "bump"), required=True),
                Field("value", words(500)),
            ),
            line=_what_value,
        ),
        Kind(
            "flag",
            "morning flag",
            (AT, Field("what", line(80), required=True), Field("value", words(500))),
            line=_what_value,
        ),
        Kind(
            "problem",
            "problem for the teacher",
            (
                AT,
                Field("text", words(), required=True),
                Field("note", uuid_text),
                Field("status", line(), derived=lambda entry, words: words.status(entry.id)),
            ),
            line=_problem,
        ),
        Kind(
            "reply",
            "answer",
            (
                AT,
                Field("problem", uuid_text, required=True),
                Field("text", words()),
                Field("close", yes_no, default=False),
            ),
            line=_reply,
        ),
        Kind("tomorrow", "tomorrow", (AT, Field("text", words(2000), required=True)), line=_text),
        Kind(
            # The decision that a note may go home, with the very words that may: one per note, whoever takes it.
            "release",
            "release for home",
            (
                AT,
                Field("note", uuid_text, required=True),
                Field("text", words(), required=True),
                Field("part", choice(*HOME_PARTS), default="achievement"),
            ),
            line=_release,
            key=("note",),
        ),
        Kind(
            # Words approved beforehand: a note that says just that goes home without being asked about.
            "phrase",
            "phrase for home",
            (Field("text", line(200), required=True), Field("part", choice(*HOME_PARTS), default="achievement")),
            line=_text,
            time=None,
            pupil="no",
            key=("text",),
            listed=False,
        ),
        Kind(
            # A classmate's or a member of staff's name: known here so that it is found before it leaves. Never shared.
            "person",
            "known name",
            (Field("name", line(80), required=True), Field("who", choice("classmate", "staff"), required=True)),
            line=_person,
            time=None,
            pupil="no",
            own=True,
            key=("name",),
            listed=False,
        ),
        Kind(
            # The public half of a DSL's key. That it is the DSL's own is confirmed by a person on each device.
            "dsl_key",
            "DSL's key",
            (Field("recipient", line(80), required=True), Field("verify", line(80), required=True)),
            line=lambda entry, _: f"DSL's key {entry['recipient']}",
            time=None,
            pupil="no",
            key=("recipient",),
            listed=False,
        ),
        Kind(
            # A colleague records in the place of whoever's device it is; `by` says who covers.
            "cover",
            "cover",
            (AT, Field("of", line(8)), Field("until", moment)),
            line=_cover,
            pupil="no",
            ends="until",
        ),
    )
}
