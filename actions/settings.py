"""Settings of the action server, from the environment (``docs/settings.md``)."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every field is read from ``COUNSELLOR_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="COUNSELLOR_")

    data: Path = Path("var")
    """The folder of all durable files."""
    actions_port: int = 8092
    """Loopback port of the action server; ``scripts/up`` takes a free one."""
    campus_url: str = "http://127.0.0.1:8091"
    """Base URL of the back office."""
    campus_secret: SecretStr = SecretStr("")
    """What the back office knows us by; empty means the inner secret, and only for an office on loopback."""
    cases_url: str = ""
    """SQLAlchemy URL of the cases; empty means ``cases.sqlite`` in the data folder."""
    partners: SecretStr = SecretStr("")
    """The partner systems that are told of cases, as JSON; their secrets are in it."""
    campus_keys: bool = True
    """Whether the back office makes one order of one Idempotency-Key; if not, it is asked by marker before each."""
    workflows_url: str = ""
    """SQLAlchemy URL of the durable workflows and of the list of letters; empty means ``workflows.sqlite`` in ``data``."""
    inner_secret: SecretStr = SecretStr("")
    """Carried by every inner call; made anew at each start."""
    timezone: str = "Asia/Shanghai"
    """The campus's own time: "明天" and the day of an order are meant there, wherever the machine stands."""
    today: date | None = None
    """A fixed day instead of the clock's, for trying things out and for played dialogues."""

    hours: str = ""
    """File of office hours, vacations and departments; empty means ``actions/cases/calendar.yml``."""
    holidays: str = ""
    """File of public holidays and 调休 for the years that chinesecalendar does not know; empty means none."""
    limits: str = ""
    """File of what is promised for each kind of case; empty means ``actions/cases/limits.yml``."""

    def now(self) -> datetime:
        """Campus time without an offset, on the fixed day if there is one."""
        at = datetime.now(ZoneInfo(self.timezone)).replace(tzinfo=None)
        return datetime.combine(self.today, at.time()) if self.today else at

    def cases_database(self) -> str:
        """The URL of the cases' database; makes the data folder when it is needed and not there."""
        if self.cases_url:
            return self.cases_url
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        return f"sqlite:///{self.data / 'cases.sqlite'}"

    def office_secret(self) -> str:
        """The secret sent to the back office: never the inner one beyond this machine, because it also signs identities."""
        own = self.campus_secret.get_secret_value()
        local = urlsplit(self.campus_url).hostname in ("127.0.0.1", "localhost", "::1")
        return own or (self.inner_secret.get_secret_value() if local else "")
