"""What the official account needs to know before it opens."""

from dataclasses import dataclass, field

from connectors.channels.wechat.cipher import key_bytes


@dataclass(frozen=True, slots=True)
class WechatSettings:
    """One official account.

    Raises ValueError, naming the setting, for anything that would leave the door open: an account that cannot be
    checked must not start.
    """

    token: str = field(repr=False)
    """The callback token from the account's 基本配置. With an empty one anybody could sign a request."""
    appid: str
    """`wx…`; closes every encrypted message, so it may not be empty when a key is set."""
    encoding_aes_key: str | None = field(default=None, repr=False)
    """43 characters of base64. None is plain mode (明文模式); when set, plain messages are refused."""
    public_url: str | None = None
    """Where students reach this service, `https://…`; None sends sources without links."""
    window: float = 300.0
    """Seconds a signed timestamp may differ from the clock, either way."""
    patience: float = 4.0
    """Seconds each delivery waits for an answer. WeChat hangs up after 5."""
    capacity: int = 4096
    """Messages remembered at most."""
    memory: float = 600.0
    """Seconds a message, or a late answer, is remembered after it was last asked for."""

    def __post_init__(self) -> None:
        if not self.token.strip():
            raise ValueError("WeChat token is empty: anybody could sign a request")
        if self.encoding_aes_key is None:
            return
        if not self.appid.strip():
            raise ValueError("WeChat appid is empty: encrypted messages could not be checked")
        # An empty key is refused too: taking it for "no key" would silently turn encryption off.
        key_bytes(self.encoding_aes_key)
