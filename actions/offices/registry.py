"""教务处学籍 and the register of buildings: who a student is, and which rooms there are."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from actions.offices.wire import Fields, get, segment


@dataclass(frozen=True, slots=True)
class Student:
    """One student. What could name or reach the person stays out of ``repr``, and so out of logs."""

    student: str = field(repr=False)
    """The number: ten digits."""
    name: str = field(repr=False)
    college: str
    major: str
    grade: int
    """The year of enrolment."""
    degree: str
    """``本科`` or ``研究生``."""
    building: str = field(repr=False)
    """The dormitory, for instance ``3号楼``."""
    room: str = field(repr=False)
    phone: str = field(repr=False)
    status: str
    """``在籍``, ``休学`` or ``毕业``."""
    counsellor: str
    """The counsellor's name."""

    @property
    def dormitory(self) -> str:
        """Building and room in one, for instance ``3号楼502``."""
        return self.building + self.room


@dataclass(frozen=True, slots=True)
class Sample:
    """An active student for the development sign-in page."""

    student: str
    """The number: ten digits."""
    name: str
    college: str


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff."""

    staff: str = field(repr=False)
    """The number: ``T`` and digits."""
    name: str = field(repr=False)
    office: str


@dataclass(frozen=True, slots=True)
class Building:
    """A dormitory or a public place."""

    name: str
    campus: str
    """``东苑`` or ``西苑``."""
    kind: str
    """``宿舍楼`` or ``公共场所``."""
    floors: int | None
    rooms_per_floor: int | None
    """Rooms are registered for dormitories only."""


@dataclass(frozen=True, slots=True)
class Room:
    """A registered room."""

    building: str
    room: str
    campus: str
    floor: int


class Registry:
    """The registers, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def student(self, student: str) -> Student:
        """The student with that number. Raises ``Refusal("no_such_student")`` or ``OfficeClosed``."""
        return await get(self._client, f"/students/{segment(student, 'no_such_student')}", _student)

    async def samples(self, limit: int = 5) -> tuple[Sample, ...]:
        """A few active students (1–20). Raises ``OfficeClosed``."""
        return await get(self._client, "/students", _samples, limit=limit)

    async def staff(self, staff: str) -> Staff:
        """The member of staff with that number. Raises ``Refusal("no_such_staff")`` or ``OfficeClosed``."""
        return await get(self._client, f"/staff/{segment(staff, 'no_such_staff')}", _staff)

    async def buildings(self) -> tuple[Building, ...]:
        """Every building. Raises ``OfficeClosed``."""
        return await get(self._client, "/buildings", _buildings)

    async def room(self, building: str, room: str) -> Room:
        """A room such as ``3号楼``, ``502``. Raises ``Refusal("no_such_room")`` or ``OfficeClosed``."""
        path = f"/rooms/{segment(building, 'no_such_room')}/{segment(room, 'no_such_room')}"
        return await get(self._client, path, _room)


def _student(said: Fields) -> Student:
    return Student(
        student=said["student"],
        name=said["name"],
        college=said["college"],
        major=said["major"],
        grade=said["grade"],
        degree=said["degree"],
        building=said["building"],
        room=said["room"],
        phone=said["phone"],
        status=said["status"],
        counsellor=said["counsellor"],
    )


def _staff(said: Fields) -> Staff:
    return Staff(said["staff"], said["name"], said["office"])


def _samples(said: Fields) -> tuple[Sample, ...]:
    return tuple(Sample(one["student"], one["name"], one["college"]) for one in said["students"])


def _buildings(said: Fields) -> tuple[Building, ...]:
    return tuple(
        Building(one["building"], one["campus"], one["kind"], one["floors"], one["rooms_per_floor"])
        for one in said["buildings"]
    )


def _room(said: Fields) -> Room:
    return Room(said["building"], said["room"], said["campus"], said["floor"])
