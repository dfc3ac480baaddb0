"""One made-up school day of `lsa demo`: sessions near the plan, marks, durations, responses, and what else happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lsa_tui.config import PRESETS
from lsa_tui.daybook.demo import words
from lsa_tui.daybook.demo.diary import TEACHER, Diary
from lsa_tui.daybook.demo.lesson import Session, watch
from lsa_tui.daybook.demo.notes import NOTES, OWN_WORDS
from lsa_tui.daybook.demo.term import Lesson
from lsa_tui.daybook.demo.topics import TOPICS, Topic
from lsa_tui.daybook.notes import understand

MINUTE = timedelta(minutes=1)

MISSED: Mapping[str, tuple[float, tuple[str, ...]]] = {
    "salt": (0.16, ("LSA moved to cover", "room used", "no resources")),
    "group": (0.10, ("event", "room used", "LSA moved to cover")),
    "circuit": (0.06, ("room used",)),
    "quiet": (0.08, ("LSA moved to cover", "event")),
    "phonics": (0.02, ("pupil not ready",)),
}
"""How often a subject's slot is not delivered, and the preset reasons."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A planned lesson with its topic and id."""

    lesson: Lesson
    topic: Topic
    uid: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Ids: the pupil in focus, the second one, and the tiles' behaviours by letter."""

    focus: str
    second: str
    tiles: Mapping[str, str]


@dataclass
class Day:
    """One school day. `progress` is 0 at the start of the term and 1 today; nothing happens after `limit`, and no
    session starts after `now`."""

    diary: Diary
    cast: Cast
    slots: list[Slot]
    progress: float
    now: datetime
    limit: datetime
    sessions: list[Session] = field(default_factory=list)

    def usual(self) -> None:
        """Sessions with all that is watched in them, check-ins and care."""
        diary = self.diary
        low = diary.rng.gauss(0, 1) + (1.2 if self._flag() else 0)
        over = self.slots[0].lesson.starts
        for slot in self.slots:
            if slot.lesson.cancelled or slot.lesson.starts > self.now:
                continue
            over = self._deliver(slot, over)
        self._checks(low)
        self._care()

    def absent(self) -> None:
        """The pupil is not there: a flag, every slot missed, the LSA with the second pupil for the morning."""
        first = self.slots[0].lesson.starts
        self.diary.put(
            "flag", {"at": first + 20 * MINUTE, "what": "absent"}, first + 20 * MINUTE, pupil=self.cast.focus
        )
        for slot in self.slots:
            self._miss(slot, "pupil absent", first + 21 * MINUTE)
            if slot.lesson.subject in ("maths", "writing"):
                self._cover(slot.lesson)

    def happened(self) -> None:
        """An incident, in the presets' words."""
        session = self._some_session()
        if session is None:
            return
        diary, one = self.diary, self.diary.deal("happened", words.HAPPENED)
        chosen = (
            PRESETS[name][int(digit) - 1] for name, digit in zip(("before", "seen", "next"), one.digits, strict=True)
        )
        before, seen, after = chosen
        at = self._moment_in(session)
        values = {
            "at": at,
            "before": before,
            "seen": seen,
            "next": after.rstrip("*"),
            "minutes": one.minutes,
            "place": one.place,
            "free_to_leave": "yes" if after.endswith("*") else None,
            "text": one.text or None,
            "session": session.uid,
        }
        diary.put("incident", values, min(at + one.minutes * MINUTE, self.limit), pupil=self.cast.focus)

    def raised(self, answered: datetime | None) -> None:
        """A problem for the teacher, and her answer at that time where there is one."""
        session = self._some_session()
        if session is None:
            return
        diary, one = self.diary, self.diary.deal("problems", words.PROBLEMS)
        at = self._moment_in(session)
        uid = diary.put("problem", {"at": at, "text": one.text}, at, pupil=self.cast.focus)
        if answered is not None:
            values = {"at": answered, "problem": uid, "text": one.answer, "close": one.closed}
            diary.answers.append(diary.put("reply", values, answered, pupil=self.cast.focus, by=TEACHER))

    def tomorrow(self, at: datetime) -> None:
        """The line for the next day."""
        line = self.diary.deal("tomorrow", words.TOMORROW)
        self.diary.put("tomorrow", {"at": at, "text": line}, at, pupil=self.cast.focus)

    def session_at(self, at: datetime) -> Session | None:
        """The pupil's session at a moment."""
        return next((one for one in self.sessions if one.started <= at and (one.ended is None or at < one.ended)), None)

    def note(self, session: Session, text: str, at: datetime, pupil: str | None = None) -> None:
        """A note as typed, its marks understood; one in five is typed up later."""
        diary, rng = self.diary, self.diary.rng
        most = rng.choice((5, 6, 8, 10))
        right = min(most, max(1, round(most * rng.gauss(0.5 + 0.3 * self.progress, 0.15))))
        meaning = understand(text.format(a=right, b=most), at, ("T1", "T2", "T3"), {})
        late = rng.uniform(8, 45) if diary.chance(0.2) else rng.uniform(0, 2)
        values = {
            "at": at,
            "text": meaning.text,
            "target": meaning.target,
            "score": meaning.score,
            "home": meaning.home,
            "helped": meaning.helped,
            "own_words": text in OWN_WORDS,
            "session": session.uid,
        }
        recorded = min(at + timedelta(seconds=round(late * 60)), self.limit)
        diary.put("note", values, recorded, pupil=pupil or self.cast.focus)

    def _deliver(self, slot: Slot, over: datetime) -> datetime:
        """One slot as it went, beginning not before the last one was `over`; returns when this one was."""
        diary, rng, lesson = self.diary, self.diary.rng, slot.lesson
        running = lesson.holds(self.now)
        share, reasons = MISSED.get(lesson.subject, (0.01, ("event",)))
        if diary.chance(share) and not running:
            reason = rng.choice(reasons)
            self._miss(slot, reason, lesson.starts + rng.randint(1, 6) * MINUTE)
            if reason == "LSA moved to cover":
                self._cover(lesson)
            return over
        assumed = diary.chance(0.15) and over <= lesson.starts and not running
        jitter = 0 if assumed else rng.randint(-60, 300)
        started = min(max(over, lesson.starts + timedelta(seconds=jitter)), self.now)
        late = 0 if assumed else rng.randint(-180, 120)
        over = self.now if running else max(started, min(lesson.ends + timedelta(seconds=late), self.now))
        ended = None if running else over
        session = self._begin(slot, started, ended, assumed)
        watch(diary, session, self.cast.tiles, self.progress, self.limit, self.cast.focus)
        self._notes(session, slot)
        return over

    def _begin(self, slot: Slot, started: datetime, ended: datetime | None, assumed: bool) -> Session:
        diary, rng, lesson = self.diary, self.diary.rng, slot.lesson
        session = Session(lesson.subject, lesson.targets, started, ended)
        length = (ended or self.limit) - started
        if ended and length >= 40 * MINUTE and diary.chance(0.12):
            begins = started + timedelta(seconds=round(length.total_seconds() * rng.uniform(0.3, 0.7)))
            session.pause = (begins, begins + rng.randint(3, 8) * MINUTE)
        values = {
            "started": started,
            "slot": slot.uid,
            "ended": ended,
            "assumed": assumed,
            "pauses": [[diary.text(at) for at in session.pause]] if session.pause else None,
            "status": "done" if ended else "running",
            "adapted": rng.choice(PRESETS["adapted"]) if diary.chance(0.14) else None,
        }
        session.uid = diary.put("session", values, started, pupil=self.cast.focus)
        self.sessions.append(session)
        return session

    def _miss(self, slot: Slot, reason: str, said: datetime) -> None:
        values = {"started": slot.lesson.starts, "slot": slot.uid, "status": "missed", "missed_reason": reason}
        recorded = max(slot.lesson.starts, min(said, self.limit))
        self.diary.put("session", values, recorded, pupil=self.cast.focus)

    def _cover(self, lesson: Lesson) -> None:
        """The time of a lesson spent with the second pupil, outside that pupil's plan."""
        if lesson.ends > self.limit:
            return
        diary = self.diary
        session = Session("cover", ("T1",), lesson.starts + MINUTE, lesson.ends - MINUTE)
        values = {"started": session.started, "ended": session.ended, "status": "done"}
        session.uid = diary.put("session", values, session.started, pupil=self.cast.second)
        watch(diary, session, self.cast.tiles, self.progress, self.limit, self.cast.second)
        text = diary.deal("cover", NOTES["cover"])
        self.note(session, text, self._moment_in(session), self.cast.second)

    def _notes(self, session: Session, slot: Slot) -> None:
        diary, subject = self.diary, slot.lesson.subject
        for share in (0.55, 0.12):
            if not diary.chance(share) or not self._watched(session):
                continue
            if diary.chance(0.07):
                text = diary.deal("own words", OWN_WORDS)
            else:
                text = diary.deal(slot.topic.title, (*slot.topic.notes, *NOTES[subject]))
            self.note(session, text, self._moment_in(session))

    def _flag(self) -> bool:
        """A morning flag on some days; today the screen opens with one."""
        diary = self.diary
        today = self.slots[-1].lesson.ends > self.limit
        if not (today or diary.chance(0.25)):
            return False
        at = min(self.slots[0].lesson.starts + diary.rng.randint(2, 9) * MINUTE, self.limit)
        what = "slept badly" if today else diary.rng.choice(PRESETS["morning"][:8])
        diary.put("flag", {"at": at, "what": what}, at, pupil=self.cast.focus)
        return True

    def _checks(self, low: float) -> None:
        diary, rng = self.diary, self.diary.rng
        watched = [one for one in self.sessions if self._watched(one)]
        for session in watched[:1] + rng.sample(watched[1:], min(len(watched[1:]), rng.randint(1, 3))):
            at = min(
                session.started + timedelta(seconds=rng.randint(40, 200)),
                session.end_of_watch(self.limit) - timedelta(seconds=1),
            )
            tired, lively = max(0.2, 1.4 + low), max(0.3, 2.2 - self.progress + low / 2)
            zone = rng.choices("bgyr", (tired, 5 + 3 * self.progress, lively, 0.35))[0]
            values = {
                "at": at,
                "zone": zone,
                "said_by": "pupil" if diary.chance(0.4) else "adult",
                "wellbeing": rng.choices((2, 3, 4, 5), (1, 3, 4, 2))[0] if diary.chance(0.5) else None,
                "involvement": rng.choices((2, 3, 4, 5), (1, 3, 4, 2))[0] if diary.chance(0.35) else None,
                "text": rng.choice(words.CHECKED) if diary.chance(0.2) else None,
                "session": session.uid,
            }
            diary.put("check", values, at, pupil=self.cast.focus)

    def _care(self) -> None:
        diary = self.diary
        kinds = (
            ("food", 0.75, "lunch", words.FOOD),
            ("drink", 0.3, "break", words.DRINK),
            ("toilet", 0.15, "writing", words.TOILET),
            ("bump", 0.02, "break", words.BUMP),
        )
        for what, share, subject, values in kinds:
            session = next((one for one in self.sessions if one.subject == subject), None)
            if diary.chance(share) and session and self._watched(session):
                at = self._moment_in(session)
                diary.put(
                    "care", {"at": at, "what": what, "value": diary.deal(what, values)}, at, pupil=self.cast.focus
                )

    def _watched(self, session: Session) -> bool:
        return session.end_of_watch(self.limit) > session.started

    def _some_session(self) -> Session | None:
        watched = [one for one in self.sessions if self._watched(one)]
        return self.diary.rng.choice(watched) if watched else None

    def _moment_in(self, session: Session) -> datetime:
        """Some moment while the session was watched."""
        length = (session.end_of_watch(self.limit) - session.started).total_seconds()
        at = session.started + timedelta(seconds=int(length * self.diary.rng.uniform(0.15, 0.95)))
        return session.pause[1] if session.pause and session.paused(at, at) else at


def plan(diary: Diary, pupil: str, lessons: list[Lesson], recorded: datetime) -> list[Slot]:
    """The teacher's plan of a day: a slot for each lesson, with its topic."""
    found = []
    for lesson in lessons:
        topic = diary.deal(f"topics {lesson.subject}", TOPICS[lesson.subject])
        values = {
            "starts": lesson.starts,
            "ends": lesson.ends,
            "title": topic.title,
            "aim": topic.aim or None,
            "need_to_know": topic.need or None,
            "feedback": topic.wants or None,
            "targets": list(lesson.targets) or None,
            "provision": lesson.provision,
            "cancelled": lesson.cancelled,
            "series": f"demo:{lesson.subject}",
            "recurrence": lesson.starts.isoformat(),
        }
        uid = diary.put("slot", values, recorded, pupil=pupil, by=TEACHER)
        found.append(Slot(lesson, topic, uid))
    return found
