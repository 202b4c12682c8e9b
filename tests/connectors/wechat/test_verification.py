"""The GET by which WeChat checks the address, and the settings an account may open with."""

import hashlib

import pytest

from connectors.channels.wechat import WechatSettings
from tests.connectors.wechat.official_account import APPID, KEY, NOW, TOKEN, OfficialAccount


@pytest.mark.parametrize("echostr", ["5837397520665436", "<b>&\"'</b>", "汉字", ""])
async def test_echostr_comes_back_verbatim_as_plain_text(echostr: str) -> None:
    account = OfficialAccount()
    answer = await account.verify(**account.signed(echostr=echostr))
    assert (answer.status_code, answer.text) == (200, echostr)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_verification_is_signed_the_same_way_when_a_key_is_set() -> None:
    account = OfficialAccount(key=KEY)
    assert (await account.verify(**account.signed(echostr="abc"))).text == "abc"


async def test_verification_without_echostr_is_malformed() -> None:
    account = OfficialAccount()
    assert (await account.verify(**account.signed())).status_code == 400


@pytest.mark.parametrize(
    "forged",
    [
        {"signature": "0" * 40},
        {"signature": ""},
        {"signature": "签名"},
        # What an empty token would sign.
        {"signature": hashlib.sha1(f"{NOW}904417263".encode()).hexdigest()},  # noqa: S324
        {"nonce": "1", "signature": "752f0d44c3e5adb64e0e99156a56371a0123b89d"},
        {"timestamp": "soon"},
        {"timestamp": ""},
        {"timestamp": "١٧٩٥٣١٢٨٠٠"},
        {"timestamp": "9" * 5000},
    ],
)
async def test_a_forged_call_learns_nothing(forged: dict[str, str]) -> None:
    account = OfficialAccount()
    answer = await account.verify(**account.signed(**forged), echostr="abc")
    assert (answer.status_code, answer.content) == (403, b"")


async def test_a_call_without_any_parameter_is_refused() -> None:
    assert (await OfficialAccount().verify()).status_code == 403
    assert (await OfficialAccount().post(b"<xml></xml>", {})).status_code == 403


@pytest.mark.parametrize(("late", "status"), [(-301, 403), (-300, 200), (0, 200), (300, 200), (301, 403)])
async def test_a_signature_is_good_for_five_minutes_either_way(late: int, status: int) -> None:
    account = OfficialAccount()
    account.now = NOW + late
    assert (await account.verify(**account.signed(echostr="abc"))).status_code == status


async def test_the_window_is_a_setting() -> None:
    account = OfficialAccount(window=10.0)
    account.now = NOW + 11
    assert (await account.verify(**account.signed(echostr="abc"))).status_code == 403


@pytest.mark.parametrize("token", ["", "  "])
def test_an_empty_token_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="token is empty"):
        WechatSettings(token=token, appid=APPID)


@pytest.mark.parametrize("key", ["", "short", KEY + "A", "!" * 43, "汉" * 43, KEY[:-1] + "="])
def test_a_key_that_is_no_key_is_refused_rather_than_ignored(key: str) -> None:
    with pytest.raises(ValueError, match="43 characters"):
        WechatSettings(token=TOKEN, appid=APPID, encoding_aes_key=key)


def test_a_key_without_an_appid_is_refused() -> None:
    with pytest.raises(ValueError, match="appid is empty"):
        WechatSettings(token=TOKEN, appid="", encoding_aes_key=KEY)


def test_an_answer_is_waited_for_four_seconds_because_wechat_hangs_up_after_five() -> None:
    assert WechatSettings(token=TOKEN, appid=APPID).patience == 4.0


def test_settings_do_not_print_their_secrets() -> None:
    assert TOKEN not in (shown := repr(WechatSettings(token=TOKEN, appid=APPID, encoding_aes_key=KEY)))
    assert KEY not in shown
