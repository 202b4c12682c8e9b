"""Settings of the doors, from the environment (``docs/settings.md``)."""

from __future__ import annotations

import ipaddress
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.limits import Rate


class Settings(BaseSettings):
    """Every field is read from ``COUNSELLOR_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="COUNSELLOR_")

    host: str = "127.0.0.1"
    """Where the doors listen. Beyond loopback the development sign-in is refused."""
    port: int = 8080
    """The one public port."""
    data: Path = Path("var")
    """The folder of all durable files; an empty one is an empty service."""
    database_url: str = ""
    """SQLAlchemy URL of the inbox; empty means SQLite under ``data``."""
    trace: bool = False
    """Whether ``/api/chat`` says how a message was taken."""
    secret: SecretStr = SecretStr("")
    """Signs session cookies; empty means one made at the first start and kept under ``data``."""
    inner_secret: SecretStr = SecretStr("")
    """Carried by every inner call; made anew at each start by ``scripts/up``."""
    dialogue_url: str = "http://127.0.0.1:8093"
    """Base URL of Rasa."""
    dialogue_at_once: int = 16
    """Turns posted to Rasa at a time."""
    dialogue_waiting: int = 200
    """Turns that may wait for that; the next student is told to come back."""
    dialogue_patience_seconds: float = 2.5
    """How long a turn may wait for that: with it and the turn itself, WeChat still gets its answer."""
    actions_url: str = "http://127.0.0.1:8092"
    """Base URL of the action server."""
    campus_url: str = "http://127.0.0.1:8091"
    """Base URL of the back office; a real one refuses the development sign-in."""
    public_url: str = ""
    """The service's own address as students reach it, for links sent into WeChat; ``https`` makes cookies Secure."""
    widget_sites: str = ""
    """Origins whose pages may embed the widget, separated by commas: ``https://www.x.edu.cn,https://hall.x.edu.cn``."""
    duty_phone: str = "021-5550-1110"
    """The university's on-call number in the crisis card."""
    session_idle_minutes: int = 30
    """A signed-in session that was not used for so long has to sign in again."""
    gaps_days: int = 180
    """For how many days after it was last asked a question is kept, without who asked it, for ``gaps``; 0 keeps none."""
    session_messages: str = "40/1200"
    """Messages that one session may post in ten seconds and in an hour; empty means as many as it likes."""
    student_messages: str = "40/1200"
    """The same for one student, in all sessions together."""
    address_messages: str = "1000/60000"
    """The same for one address: a campus behind one NAT is one address."""
    redis_url: SecretStr = SecretStr("")
    """Where these are counted for several processes together; empty means in this process. A password may be in it."""
    answer_seconds: float = 4.2
    """How long a service may take for one message; then its student hears that the outcome is not known yet."""
    left_hours: float = 12.0
    """After so many hours without a word a service that is still open is asked about before it goes on."""
    timezone: str = "Asia/Shanghai"
    """The campus's own time: "明天" and the day of an order are meant there, wherever the machine stands."""
    today: date | None = None
    """A fixed day instead of the clock's, for trying things out and for played dialogues."""
    wechat_token: SecretStr = SecretStr("")
    """Token of the official account's callback; empty means the WeChat door stays shut."""
    wechat_appid: str = ""
    """App id of the official account."""
    wechat_aes_key: SecretStr = SecretStr("")
    """EncodingAESKey; when set, plain messages are refused."""

    @field_validator("session_messages", "student_messages", "address_messages")
    @classmethod
    def _a_rate(cls, written: str) -> str:
        Rate.read(written)
        return written

    def now(self) -> datetime:
        """Campus time without an offset, on the fixed day if there is one."""
        at = datetime.now(ZoneInfo(self.timezone)).replace(tzinfo=None)
        return datetime.combine(self.today, at.time()) if self.today else at

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data / 'doors.sqlite'}"

    @property
    def embedding_origins(self) -> list[str]:
        """The origins of ``widget_sites``."""
        return [site.strip().rstrip("/") for site in self.widget_sites.split(",") if site.strip()]

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies may travel over https only."""
        return self.public_url.startswith("https://")

    @property
    def development_sign_in(self) -> bool:
        """Whether anyone may sign in with a bare student number: only on loopback with the simulated office."""
        return loopback(self.host) and loopback(urlsplit(self.campus_url).hostname or "")


def loopback(host: str) -> bool:
    """Whether this host name or address is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
