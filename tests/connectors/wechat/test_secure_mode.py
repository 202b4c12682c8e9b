"""Messages of an account with a key: what must open, and what must not."""

import base64
import binascii
import json
import random
import struct
from typing import Any
from xml.parsers.expat import ExpatError

import httpx
import pytest
from structlog.testing import capture_logs
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException

from connectors.channels.wechat.cipher import Cipher
from connectors.channels.wechat.refusal import Forged
from tests.connectors.wechat.official_account import (
    APPID,
    KEY,
    NONCE,
    NOW,
    OPENID,
    ROOT,
    TOKEN,
    Counsellor,
    OfficialAccount,
    encrypted,
    fixture,
    message,
    packed,
    sign,
)

DATA = ROOT.parent / "shared" / "data"


@pytest.fixture
def known() -> dict[str, str]:
    """An encrypted message made by an independent implementation."""
    if not DATA.is_dir():
        pytest.skip("../shared/data is not beside the repository: the known answer cannot be checked")
    answer: dict[str, str] = json.loads((DATA / "wechat" / "aes_known_answer.json").read_text("utf-8"))
    return answer


def account_of(known: dict[str, str], counsellor: Counsellor) -> OfficialAccount:
    account = OfficialAccount(counsellor, key=known["encoding_aes_key"], token=known["token"], appid=known["appid"])
    account.now = int(known["timestamp"]) + 2
    return account


def call_of(known: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    body = (
        "<xml><ToUserName><![CDATA[gh_5a1f0c77e2b9]]></ToUserName>"
        f"<Encrypt><![CDATA[{known['Encrypt']}]]></Encrypt></xml>"
    )
    names = ("signature", "timestamp", "nonce", "msg_signature")
    return body.encode(), {name: known[name] for name in names} | {"encrypt_type": "aes", "openid": OPENID}


async def test_the_known_answer_is_heard_and_answered_encrypted(known: dict[str, str]) -> None:
    counsellor = Counsellor()
    account = account_of(known, counsellor)
    answer = await account.post(*call_of(known))
    assert counsellor.heard == [(OPENID, "7540000000000000001", "宿舍几点熄灯")]
    assert b"Content" not in answer.content
    assert account.opened(answer) == "听到：宿舍几点熄灯"


async def test_the_known_answer_verifies_the_address(known: dict[str, str]) -> None:
    account = account_of(known, Counsellor())
    query = {name: known[name] for name in ("signature", "timestamp", "nonce")}
    assert (await account.verify(**query, echostr="5837397520665436")).text == "5837397520665436"


def test_the_known_answer_decrypts_to_its_plaintext(known: dict[str, str]) -> None:
    cipher = Cipher(known["token"], known["encoding_aes_key"], known["appid"])
    opened = cipher.decrypt_message(known, known["msg_signature"], known["timestamp"], known["nonce"])
    assert opened == known["plaintext"]


@pytest.mark.parametrize("late", [-301, 301])
async def test_the_known_answer_outside_its_window_is_a_replay(known: dict[str, str], late: int) -> None:
    counsellor = Counsellor()
    account = account_of(known, counsellor)
    account.now = int(known["timestamp"]) + late
    answer = await account.post(*call_of(known))
    assert (answer.status_code, answer.content, counsellor.heard) == (403, b"", [])


async def test_a_message_is_heard_and_its_answer_reads_back() -> None:
    counsellor = Counsellor()
    account = OfficialAccount(counsellor, key=KEY)
    assert account.opened(await account.post(*account.seal(fixture("text")))) == "听到：宿舍几点关门😀 /::)"


@pytest.mark.parametrize("length", range(60, 100))
async def test_every_length_of_padding_opens(length: int) -> None:
    account = OfficialAccount(key=KEY)
    assert account.opened(await account.post(*account.seal(message("a" * length)))) == "听到：" + "a" * length


async def test_success_is_sent_as_it_is() -> None:
    account = OfficialAccount(key=KEY)
    assert (await account.post(*account.seal(fixture("event_scan")))).content == b"success"


async def test_only_the_encrypted_part_of_a_compatible_message_is_read() -> None:
    counsellor = Counsellor()
    account = OfficialAccount(counsellor, key=KEY)
    sealed, query = account.seal(message("密文"))
    inside = sealed.split(b"CDATA[")[2].split(b"]]>")[0]
    await account.post(fixture("compatible").replace(b"{encrypted}", inside), query)
    assert [heard[2] for heard in counsellor.heard] == ["密文"]


async def refused(account: OfficialAccount, body: bytes, query: dict[str, str]) -> httpx.Response:
    answer = await account.post(body, query)
    assert (answer.status_code, answer.content) == (403, b"")
    return answer


@pytest.mark.parametrize(
    "change",
    [
        {"msg_signature": "0" * 40},
        {"msg_signature": ""},
        {"msg_signature": "签名"},
        {"signature": "0" * 40},
        {"nonce": "another"},
        {"timestamp": str(NOW + 1)},
        {"timestamp": "now"},
    ],
)
async def test_a_forged_call_is_refused(change: dict[str, str]) -> None:
    counsellor = Counsellor()
    account = OfficialAccount(counsellor, key=KEY)
    body, query = account.seal(message("好"))
    await refused(account, body, query | change)
    assert counsellor.heard == []


async def test_there_is_no_way_back_to_plain() -> None:
    counsellor = Counsellor()
    account = OfficialAccount(counsellor, key=KEY)
    body, query = account.seal(message("好"))
    without = {name: value for name, value in query.items() if name not in ("encrypt_type", "msg_signature")}
    await refused(account, message("明文"), account.signed())
    await refused(account, message("明文"), account.signed(encrypt_type="raw"))
    await refused(account, message("明文"), query)
    await refused(account, body, without)
    # Signed as if there were an empty Encrypt.
    empty = sign(account.settings.token, str(NOW), NONCE, "")
    await refused(account, message("明文"), account.signed(msg_signature=empty, encrypt_type="aes"))
    assert counsellor.heard == []


async def test_a_message_for_another_account_is_refused() -> None:
    account = OfficialAccount(key=KEY)
    await refused(account, *account.seal(message("好"), appid="wx9999999999999999"))
    await refused(account, *account.seal(message("好"), appid=APPID + "0"))
    await refused(account, *account.seal(message("好"), appid=APPID[:-1]))


async def test_a_message_closed_with_another_key_is_refused() -> None:
    account = OfficialAccount(key=KEY)
    await refused(account, *account.seal(message("好"), key=KEY[::-1]))


@pytest.mark.parametrize(
    "envelope",
    [
        pytest.param("x", id="no base64"),
        pytest.param("汉字", id="not ASCII"),
        pytest.param("====", id="only padding"),
        pytest.param(encrypted(bytes(32)), id="padding of zero"),
        pytest.param(encrypted(bytes(31) + b"\x21"), id="padding too long"),
        pytest.param(encrypted(bytes(29) + b"\x02\x03\x03"), id="padding uneven"),
        pytest.param(encrypted(b"\x20" * 32), id="nothing but padding"),
        pytest.param(encrypted(packed(0, b"")), id="no appid"),
        pytest.param(encrypted(packed(5, b"<xml>")), id="appid missing"),
        pytest.param(encrypted(packed(2**32 - 1, b"<xml/>" + APPID.encode())), id="length too long"),
        pytest.param(encrypted(packed(0, b"<xml/>" + APPID.encode())), id="length too short"),
        pytest.param(encrypted(packed(2, b"\xff\xfe" + APPID.encode())), id="no UTF-8 inside"),
        pytest.param(encrypted(bytes(16) + b"\x10" * 16)[:20], id="part of a block"),
    ],
)
async def test_whatever_does_not_open_gets_the_same_refusal(envelope: str) -> None:
    account = OfficialAccount(key=KEY)
    await refused(account, *account.envelope(envelope))


async def test_uneven_padding_is_refused_even_around_a_good_message() -> None:
    account = OfficialAccount(key=KEY)
    xml = message("好" + "a" * 7)
    plain = packed(len(xml), xml + APPID.encode())
    assert plain[-2:] == plain[-1:] * 2
    uneven = plain[:-2] + b"\x00" + plain[-1:]
    assert account.opened(await account.post(*account.envelope(encrypted(plain)))) == "听到：好aaaaaaa"
    await refused(account, *account.envelope(encrypted(uneven)))


async def test_a_good_message_in_half_a_block_or_in_doubtful_base64_is_refused() -> None:
    account = OfficialAccount(key=KEY)
    xml = message("好")
    plain = bytes(16) + len(xml).to_bytes(4, "big") + xml + APPID.encode()
    whole, half = (plain + bytes([size]) * size for size in (32 - len(plain) % 32, (16 - len(plain)) % 32 or 32))
    assert account.opened(await account.post(*account.envelope(encrypted(whole)))) == "听到：好"
    await refused(account, *account.envelope(encrypted(half)))
    await refused(account, *account.envelope(encrypted(whole)[:8] + "!" + encrypted(whole)[8:]))


def test_an_empty_envelope_does_not_open() -> None:
    with pytest.raises(Forged):
        Cipher(TOKEN, KEY, APPID).decrypt_message({"Encrypt": ""}, sign(TOKEN, "1", "2", ""), "1", "2")


@pytest.mark.parametrize(("late", "status"), [(-301, 403), (-300, 200), (300, 200), (301, 403)])
async def test_a_message_is_good_for_five_minutes_either_way(late: int, status: int) -> None:
    account = OfficialAccount(key=KEY)
    account.now = NOW + late
    assert (await account.post(*account.seal(message("好")))).status_code == status


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
async def test_a_truncated_envelope_is_refused(kept: float) -> None:
    account = OfficialAccount(key=KEY)
    data = base64.b64decode(account.seal(message("好"))[0].split(b"CDATA[")[2].split(b"]]>")[0])
    short = base64.b64encode(data[: int(len(data) * kept)]).decode()
    await refused(account, *account.envelope(short))
    whole_blocks = base64.b64encode(data[: int(len(data) * kept) // 32 * 32]).decode()
    await refused(account, *account.envelope(whole_blocks))


@pytest.mark.parametrize("inside", ["", "hello", "<xml></xml>", "<!DOCTYPE xml><xml/>"])
async def test_nonsense_rightly_closed_is_malformed(inside: str) -> None:
    account = OfficialAccount(key=KEY)
    answer = await account.post(*account.envelope(encrypted(packed(len(inside), inside.encode() + APPID.encode()))))
    assert (answer.status_code, answer.content) == (400, b"")


async def test_an_encrypted_message_to_an_account_without_key_is_malformed() -> None:
    answer = await OfficialAccount().post(*OfficialAccount(key=KEY).seal(message("好")))
    assert (answer.status_code, answer.content) == (400, b"")


async def test_two_replies_to_the_same_message_share_no_ciphertext() -> None:
    account = OfficialAccount(key=KEY)
    call: Any = account.seal(message("好"))
    first, again = await account.post(*call), await account.post(*call)
    assert account.opened(first) == account.opened(again)
    assert first.content != again.content


async def test_an_account_that_lacks_its_key_says_so_in_the_log() -> None:
    with capture_logs() as logs:
        await OfficialAccount().post(*OfficialAccount(key=KEY).seal(message("好")))
        await OfficialAccount().post(b"<xml></xml>")
    assert [line["reason"] for line in logs] == ["key_not_configured", "xml"]


@pytest.mark.parametrize("said", ["]]>", "]]></Content><Content>换成别的", "{0}{msg_type}", "{"])
async def test_no_answer_can_break_out_of_an_encrypted_reply(said: str) -> None:
    account = OfficialAccount(Counsellor(answer=lambda text: [{"kind": "text", "text": said}]), key=KEY)
    assert account.opened(await account.post(*account.seal(message("问")))) == said


def test_the_filling_of_a_reply_is_not_drawn_from_ordinary_chance() -> None:
    # With one IV for ever, whoever foresees these bytes could tell which of two answers a student got.
    random.seed(1)
    first = Cipher(TOKEN, KEY, APPID).encrypt_message("<xml/>", "1", "2")
    random.seed(1)
    assert Cipher(TOKEN, KEY, APPID).encrypt_message("<xml/>", "1", "2") != first


@pytest.mark.parametrize(
    "fault",
    [
        *(InvalidSignatureException(), InvalidAppIdException(), ExpatError(), struct.error(), binascii.Error()),
        *(KeyError(), IndexError(), TypeError(), AttributeError(), ValueError()),
        UnicodeDecodeError("utf-8", b"", 0, 0, ""),
    ],
    ids=repr,
)
async def test_nothing_wechatpy_raises_is_a_server_error(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise fault

    account = OfficialAccount(key=KEY)
    monkeypatch.setattr("connectors.channels.wechat.message.parse_message", fail)
    assert (await account.post(*account.seal(message("好")))).status_code == 400
    monkeypatch.setattr("wechatpy.crypto.PrpCrypto.decrypt", fail)
    await refused(account, *account.seal(message("好")))
