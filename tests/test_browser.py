"""A student in a real browser: asks, opens the source at the clause, files a repair to its receipt."""

from __future__ import annotations

import io
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Page, Route, expect, sync_playwright

from bot.words import read_questions
from connectors.uploads import LARGEST_PICTURE
from eval.house import House

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium fonts-noto-cjk"),
    # Playwright's own event loop leaves a socket behind when the browser is closed.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def phone(browser: Browser, running: House) -> Iterator[Page]:
    """A phone's page that tolerates no error in its console."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    context = browser.new_context(base_url=running.url, viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox")
    box.fill(text)
    box.press("Enter")


def last(page: Page, kind: str) -> object:
    return page.locator(f".reply-{kind}").last


def test_a_student_asks_opens_the_source_and_files_a_repair_to_its_receipt(phone: Page, running: House) -> None:
    phone.goto("/")
    question = read_questions()[0]
    phone.get_by_role("button", name=question).click()
    answer = phone.locator(".reply-answer").last
    expect(answer).to_be_visible()
    said = answer.locator(".words").inner_text()

    with phone.context.expect_page() as opened:
        answer.get_by_role("link").first.click()
    document = opened.value
    document.wait_for_selector("mark")
    lit = "".join(mark.inner_text() for mark in document.locator("mark").all())
    assert len(lit) > 10
    assert re.sub(r"\s", "", lit) in re.sub(r"\s", "", said)
    expect(document.locator("mark").first).to_be_in_viewport()
    document.close()

    say(phone, "5号楼502空调不制冷")
    phone.get_by_role("link", name="去登录").last.click()
    phone.wait_for_url("**/sign-in**")
    phone.get_by_role("textbox", name="学号").fill("2023010001")
    phone.get_by_role("textbox", name="学号").press("Enter")
    phone.wait_for_url("**/**resume=1**")
    phone.get_by_role("button", name="用登记的号码").last.click()
    phone.get_by_role("button", name="随时可以进").last.click()
    card = phone.locator(".reply-confirm").last
    expect(card).to_contain_text("5号楼502")
    expect(card).to_contain_text("空调不制冷")
    card.get_by_role("button", name="确认提交").click()
    receipt = phone.locator(".reply-receipt").last
    expect(receipt).to_be_visible()
    found = re.search(r"BX\d{8}-\d{4}", receipt.inner_text())
    assert found is not None
    with running.campus() as campus:
        order = campus.get(f"/repairs/{found[0]}", params={"student": "2023010001"}).json()
    assert order["location"] == "5号楼502"


def test_a_long_answer_is_read_from_its_beginning(phone: Page) -> None:
    def at_once(route: Route) -> None:
        asked = route.request.post_data_json
        replies = [{"kind": "text", "text": "很长的一条规定。" * 120}]
        route.fulfill(json={**asked, "replies": replies})

    phone.route("**/api/chat", at_once)
    phone.goto("/")
    expect(phone.get_by_role("button", name=read_questions()[-1])).to_be_attached()
    say(phone, "请念一条长的")
    words = phone.locator(".reply-text .words").last
    expect(words).to_be_visible()
    phone.wait_for_timeout(1200)
    box = words.bounding_box()
    assert box is not None
    assert 0 < box["y"] < 400


def test_markup_in_a_message_stays_text(phone: Page) -> None:
    phone.goto("/")
    say(phone, "<img src=x onerror=alert(1)><b>你好</b>")
    expect(phone.get_by_text("<img src=x onerror=alert(1)><b>你好</b>")).to_be_visible()
    assert phone.locator("img[src=x]").count() == 0


def test_a_crisis_sentence_shows_numbers_that_can_be_dialled(phone: Page) -> None:
    phone.goto("/")
    say(phone, "我不想活了")
    card = phone.locator(".reply-crisis").last
    expect(card).to_be_visible()
    numbers = {link.get_attribute("href") for link in card.get_by_role("link").all()}
    assert {"tel:12356", "tel:120", "tel:110"} <= numbers


def a_photo(size: tuple[int, int] = (800, 600)) -> FilePayload:
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, "JPEG", quality=95)
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def choose(page: Page, *files: FilePayload) -> None:
    with page.expect_file_chooser() as opened:
        page.get_by_role("button", name="照片", exact=True).click()
    opened.value.set_files(files)


def test_a_photo_is_seen_before_it_is_sent_and_travels_with_the_words(phone: Page, running: House) -> None:
    phone.goto("/")
    choose(phone, a_photo(), a_photo())
    chosen = phone.get_by_role("list", name="要发送的照片").get_by_role("listitem")
    expect(chosen).to_have_count(2)
    phone.get_by_role("button", name="去掉照片 1").click()
    expect(chosen).to_have_count(1)
    phone.get_by_role("textbox").fill("你好")
    with phone.expect_request("**/api/chat") as sent:
        phone.get_by_role("button", name="发送").click()
    body = sent.value.post_data_json
    assert body is not None
    assert (body["text"], len(body["attachments"])) == ("你好", 1)
    expect(phone.locator(".turn .photos img")).to_have_count(1)
    expect(phone.locator(".reply").first).to_contain_text("照片收到了")
    expect(chosen).to_have_count(0)


def test_a_photo_too_heavy_for_the_door_is_made_smaller_on_the_way(phone: Page, running: House) -> None:
    phone.goto("/")
    heavy = a_photo((4600, 3000))
    assert len(heavy["buffer"]) > LARGEST_PICTURE
    choose(phone, heavy)
    with phone.expect_response("**/api/uploads") as uploaded:
        phone.get_by_role("button", name="发送").click()
    assert uploaded.value.status == 200
    expect(phone.locator(".reply").first).to_contain_text("照片收到了")


def test_a_refused_photo_is_told_in_the_page_s_language_and_the_words_come_back(
    browser: Browser, running: House
) -> None:
    context = browser.new_context(base_url=running.url, locale="zh-CN")
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Switch to English").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "photo.gif", "mimeType": "image/gif", "buffer": b"GIF89a"}
    )
    page.get_by_role("textbox").fill("三楼漏水")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".trouble")).to_contain_text("This is not a photo. JPEG, PNG, WebP and HEIC can be sent.")
    expect(page.get_by_role("textbox")).to_have_value("三楼漏水")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    context.close()


def test_what_became_of_a_repair_is_told_on_the_page_and_closed_with_one_tap(phone: Page, running: House) -> None:
    api, conversation = phone.context.request, str(uuid.uuid4())
    assert api.post(f"{running.url}/sign-in", data={"student": "2026060001"}).ok

    def say(text: str) -> Any:
        body = {"conversation": conversation, "message_id": str(uuid.uuid4()), "text": text}
        return api.post(f"{running.url}/api/chat", data=body).json()["replies"][-1]

    say("9号楼301灯坏了，电话13812345678，随时可以来")
    number = say("确认")["number"]
    with running.campus() as campus:
        campus.put(f"/_orders/{number}", json={"status": "已完成", "note": "换了灯管"}).raise_for_status()
    began = time.monotonic()
    while len(api.post(f"{running.url}/api/notices", data={"seen": []}).json()["notices"]) < 3:
        assert time.monotonic() - began < 60
        time.sleep(0.5)
    phone.goto(running.url)
    expect(phone.locator(".words", has_text="后勤保障处反馈了办理结果：")).to_contain_text("换了灯管")
    expect(phone.get_by_role("button", name="我这里还没好")).to_be_in_viewport()
    phone.reload()
    # What was shown is not told anew.
    expect(phone.locator(".words", has_text="这件事解决了吗？")).to_have_count(1)
    phone.get_by_role("button", name="已解决").click()
    expect(phone.locator(".words", has_text="办结了，谢谢你告诉我。")).to_be_visible()
    phone.get_by_role("button", name="5 分，非常满意").click()
    expect(phone.locator(".words", has_text=f"谢谢你的评价：报修 {number}，5 分。")).to_be_visible()


def test_a_kiosk_has_no_camera_and_offers_none(browser: Browser, running: House) -> None:
    page = browser.new_page(base_url=running.url, viewport={"width": 1080, "height": 1920})
    page.goto("/kiosk")
    page.get_by_role("button", name="打字提问").click()
    expect(page.get_by_role("textbox")).to_be_visible()
    expect(page.get_by_role("button", name="照片", exact=True)).to_have_count(0)
    page.close()


def test_after_the_wipe_the_kiosk_holds_nothing_of_the_last_student(browser: Browser, running: House) -> None:
    context = browser.new_context(base_url=running.url, viewport={"width": 1080, "height": 1920}, locale="zh-CN")
    page = context.new_page()
    page.goto("/kiosk")
    page.get_by_role("button", name="打字提问").click()
    box = page.get_by_role("textbox")
    box.fill("12号楼604灯不亮")
    box.press("Enter")
    expect(page.get_by_text("12号楼604灯不亮")).to_be_visible()
    expect(page.locator(".reply").last).to_be_visible()
    page.get_by_role("button", name="结束并清除").first.click()
    page.wait_for_url("**/kiosk")
    page.wait_for_load_state("networkidle")
    assert "12号楼604" not in page.content()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "12号楼604" not in kept
    page.go_back()
    assert "12号楼604" not in page.content()
    assert page.request.get("/api/me").json() == {"student": None}
    context.close()
