"""The web pages and the kiosk without a counsellor: canned replies for every kind, behind the real security headers.

    PYTHONPATH=. python tests/connectors/web_preview.py --port 8123

Say 文本, 长文, 回答, 已失效, 选项, 时段, 确认, 回执, 付款, 链接, 登录, 危机, 人工, 未知, 空, 慢, 断, 错, 拒 or 失联 to see that reply or that
failure; anything else is answered with text. It keeps nothing and checks nothing: a tool to look at, not a server.
"""

import argparse
import asyncio
import uuid
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from connectors.documents import Shown, shown
from knowledge_base import Block, Document

CHANNELS = Path(__file__).parents[2] / "connectors" / "channels"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
SAMPLES = [{"student": "2023010001", "name": "张三"}, {"student": "2023010002", "name": "李小雨"}]

OFFERED = [
    ("repair_request", "宿舍报修", "3号楼502空调不制冷"),
    ("leave_request", "请假申请", "我想请假两天，后天回来"),
    ("card_balance", "校园卡余额", "饭卡还有多少钱"),
    ("card_loss_report", "校园卡挂失", "校园卡丢了"),
    ("card_top_up", "校园卡充值", "给饭卡充100"),
    ("grade_query", "成绩查询", "高数考了多少分"),
    ("timetable_query", "课表查询", "明天有什么课"),
    ("transcript_print", "成绩单打印", "打印一份中文成绩单"),
    ("enrolment_certificate", "在读证明", "开一份在读证明"),
    ("counselling_appointment", "心理咨询预约", "想约一次心理咨询"),
    ("tutor_appointment", "预约辅导员", "想跟辅导员聊聊"),
    ("venue_booking", "场地预约", "周五晚上借一间教室"),
    ("activity_signup", "活动报名", "报名志愿者活动"),
    ("progress_query", "办理进度", "我的报修到哪一步了"),
    ("complaint", "投诉建议", "食堂的菜太咸了"),
    ("hazard_report", "安全隐患上报", "三楼消防栓漏水"),
    ("coffee_order", "点咖啡", "来一杯拿铁，少冰"),
]
QUESTIONS = ["宿舍几点关门？", "国家奖学金怎么申请？", "挂科了怎么补考？", "转专业有什么条件？", "请假超过三天找谁批？"]

# The astral characters make code points and UTF-16 units differ.
TEXT = [
    ("title", "学生宿舍管理办法"),
    ("heading", "第一章 总则"),
    (
        "text",
        "第一条 为维护学生宿舍的正常秩序，保障学生的人身与财产安全，根据国家有关规定，结合学校实际，制定本办法。𠮷林校区（𠀋楼）参照执行。",
    ),
    ("text", "第二条 本办法适用于在校住宿的全日制本科生、研究生。"),
    ("heading", "第三章 作息与门禁"),
    (
        "text",
        "第十二条 学生宿舍每日6:00开门，周日至周四23:00关门，周五、周六23:30关门。因故晚归的，应当主动出示证件并登记。",
    ),
    ("header", ["情形", "审批人", "材料"]),
    ("row", ["三天以内", "辅导员", "请假申请"]),
    ("row", ["三天以上、一周以内", "学院分管领导", "请假申请、家长知情书"]),
    ("row", ["一周以上", "学生工作处", "请假申请、家长知情书、相关证明"]),
    (
        "text",
        "第十三条 长期在外住宿的，应当由本人申请、家长书面同意，经学院审核后报学生工作处备案。未经批准不得在外租房住宿；擅自在外住宿造成后果的，由本人承担相应责任。",
    ),
    ("heading", "第四章 附则"),
] + [
    (
        "text",
        f"第{n}条 其他事项由学生工作处负责解释，本条为预览所用的较长文字，用来检验一份长文件在手机上的阅读与定位。",
    )
    for n in ["十四", "十五", "十六", "十七", "十八", "十九", "二十"]
]


def blocks() -> tuple[list[Shown], str]:
    """The document as the page shows it, and its stored text."""
    made, text = [], ""
    for kind, content in TEXT:
        start, cells = len(text), []
        for cell in content if kind in ("header", "row") else []:
            cells.append((len(text), len(text) + len(cell)))
            text += f"{cell} | "
        text = text.removesuffix(" | ") if cells else text + str(content)
        made.append(Block(kind, start, len(text), tuple(cells)))  # type: ignore[arg-type]
        text += "\n"
    stored = Document("某大学学生宿舍管理办法", None, None, None, None, text, tuple(made), (), "sushe")
    return list(shown(stored)), text


BLOCKS, STORED = blocks()


def source(quote: str, locator: str, document: str = "sushe") -> dict:
    start = STORED.index(quote)
    return {
        "document": "学生宿舍管理办法",
        "number": "校发〔2023〕18号",
        "locator": locator,
        "page": 7,
        "quote": quote,
        "start": start,
        "end": start + len(quote),
        "url": f"/documents/{document}#{start}-{start + len(quote)}",
    }


GATE = "学生宿舍每日6:00开门，周日至周四23:00关门，周五、周六23:30关门。"
LIVING_OUT = "长期在外住宿的，应当由本人申请、家长书面同意，经学院审核后报学生工作处备案。"
PARAGRAPH = "这是一段比较长的文字，用来看看一条很长的回复在手机上读起来怎么样：字号、行距、断行和滚动的位置都应当舒服。"

REPLIES: dict[str, list[dict]] = {
    "文本": [{"kind": "text", "text": "好的，已经记下。还有别的事吗？"}],
    "长文": [{"kind": "text", "text": "\n\n".join([PARAGRAPH] * 12) + "\nhttps://example.edu.cn/" + "a" * 90}],
    "回答": [
        {
            "kind": "answer",
            "text": "周日至周四23:00关门，周五、周六23:30关门；每天6:00开门。",
            "confidence": 0.93,
            "sources": [
                source(GATE, "第三章 第十二条"),
                source(LIVING_OUT, "第三章 第十三条") | {"number": None, "page": None},
            ],
        }
    ],
    "已失效": [
        {
            "kind": "answer",
            "text": "旧办法曾规定需家长书面同意。",
            "confidence": 0.7,
            "sources": [source(LIVING_OUT, "第三章 第十三条", "old")],
        }
    ],
    "表格": [
        {
            "kind": "answer",
            "text": "三天以上、一周以内由学院分管领导批。",
            "confidence": 0.9,
            "sources": [source("三天以上、一周以内 | 学院分管领导", "表一 第2行")],
        }
    ],
    "选项": [
        {
            "kind": "choices",
            "text": "哪个校区？",
            "choices": [
                {"label": one, "payload": f"answer:{one}"}
                for one in ("东校区", "西校区", "南湖校区（研究生院）", "我不确定")
            ],
        }
    ],
    "时段": [
        {
            "kind": "choices",
            "text": "王老师和李老师这周的空档，选一个：",
            "choices": [
                {"label": f"11月{day}日（周{week}）{hour}:00–{hour}:50 {who}", "payload": f"answer:{day}-{hour}"}
                for day, week in ((25, "三"), (26, "四"))
                for hour, who in ((10, "王老师"), (14, "王老师"), (15, "李老师"), (16, "欧阳老师"))
            ],
        }
    ],
    "付款": [
        {
            "kind": "receipt",
            "text": "场地先替你留着。\n大学生活动中心 305，11月25日（周三）14:00–16:00。",
            "number": "CD20261123-0007",
            "task": "venue_booking",
            "status": "待支付",
        },
        {
            "kind": "link",
            "text": "请在 15 分钟内付 60.00 元，过时自动取消。",
            "url": "/pay/7",
            "label": "去支付",
        },
        {
            "kind": "choices",
            "text": "还可以：",
            "choices": [
                {"label": "取消这次预约", "payload": "start:venue_booking"},
                {"label": "再订一间", "payload": "start:venue_booking"},
            ],
        },
    ],
    "确认": [
        {
            "kind": "confirm",
            "text": "请核对，没问题就提交：",
            "fields": [
                {"label": "地点", "value": "东校区 3号楼502"},
                {"label": "故障", "value": "空调不制冷，遥控器也没有反应，晚上特别热，室友都睡不好"},
                {"label": "联系电话", "value": "13800138000"},
                {"label": "方便上门的时间", "value": "11月25日 14:00–18:00"},
                {"label": "费用", "value": "每次 10.00 元", "name": ""},
                {"label": "取件打印机", "value": "图书馆一楼大厅 2 号机", "name": ""},
            ],
            "choices": [
                {"label": "提交", "payload": "affirm"},
                {"label": "改地点", "payload": "change:location"},
                {"label": "改电话", "payload": "change:phone"},
                {"label": "不报了", "payload": "cancel"},
            ],
        }
    ],
    "回执": [
        {
            "kind": "receipt",
            "text": "后勤维修中心会在 24 小时内联系你。进度可以随时问我。",
            "number": "BX20261125-0037",
            "task": "repair_request",
            "status": "已受理",
        }
    ],
    "链接": [{"kind": "link", "text": "选课请到教务系统办理。", "url": "https://example.edu.cn/jwxt"}],
    "登录": [
        {"kind": "text", "text": "查成绩需要知道你是谁，登录后我会接着办。"},
        {"kind": "link", "text": "请先登录。", "url": "/sign-in"},
    ],
    "危机": [
        {
            "kind": "crisis",
            "text": "听到你这样说，我很在意。你现在安全吗？\n如果此刻有危险，请马上拨打 120 或 110，也请尽量不要一个人待着，让身边的人陪着你。\n\n我是自动服务，不能代替真人。下面的电话那头有人愿意听你说：",
            "hotlines": [
                {"name": "学校心理中心值班", "phone": "010-6275 0000", "hours": "每天 24 小时"},
                {"name": "全国心理援助热线", "phone": "12356", "hours": "每天 8:00–次日 2:00"},
                {"name": "急救", "phone": "120", "hours": "24 小时"},
                {"name": "报警", "phone": "110", "hours": "24 小时"},
            ],
        }
    ],
    "人工": [{"kind": "handoff", "text": "已经转给值班老师，老师会在这里回复你。", "position": 2}],
    "未知": [
        {"kind": "poem", "text": "一种这个页面还不认识的回复。", "choices": [{"label": "知道了", "payload": "affirm"}]}
    ],
    "空": [],
}
REPLIES["resume"] = REPLIES["选项"]


def reply_to(said: str) -> list[dict]:
    if said.startswith("start:"):
        return [{"kind": "text", "text": "在哪里？例如：3号楼502"}]
    return REPLIES.get(said, [{"kind": "text", "text": f"收到：{said}"}])


def app() -> FastAPI:
    preview = FastAPI()
    templates = Environment(
        loader=FileSystemLoader(CHANNELS / "web" / "templates"), autoescape=True, undefined=StrictUndefined
    )
    signed_in: dict[str, str] = {}
    attempts: set[str] = set()

    @preview.middleware("http")
    async def headers(request: Request, call_next) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        if request.url.path.startswith("/static/web/") or request.url.path == "/widget.js":
            response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cache-Control"] = "no-store"
        return response

    @preview.get("/")
    async def page() -> FileResponse:
        return FileResponse(CHANNELS / "web" / "static" / "index.html")

    @preview.get("/kiosk")
    async def kiosk() -> FileResponse:
        return FileResponse(CHANNELS / "kiosk" / "static" / "index.html")

    @preview.get("/widget.js")
    async def widget() -> FileResponse:
        return FileResponse(CHANNELS / "web" / "static" / "widget.js")

    @preview.get("/host")
    async def host() -> HTMLResponse:
        return HTMLResponse(
            "<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width'><title>某学院</title>"
            "<script type=module src=/widget.js></script><h1>某学院网站</h1><p>" + PARAGRAPH * 9 + "</p>"
            "<campus-counsellor></campus-counsellor></html>"
        )

    @preview.get("/documents/{name}")
    async def document(name: str) -> HTMLResponse:
        if name not in ("sushe", "old"):
            return HTMLResponse(
                templates.get_template("error.html").render(title="没有这份文件", message="可能已经更新。"),
                status_code=404,
            )
        facts = {
            "id": name,
            "title": "某大学学生宿舍管理办法（2023年修订）",
            "number": "校发〔2023〕18号",
            "issuer": "学生工作处",
            "issued": "2023-08-20",
            "effective": "2023-09-01",
            "repealed": "2025-07-01" if name == "old" else None,
            "in_force": name != "old",
            "coming": False,
        }
        return HTMLResponse(templates.get_template("document.html").render(document=facts, blocks=BLOCKS))

    @preview.get("/sign-in")
    async def sign_in_page(next: str = "", error: str = "", bind: str = "") -> HTMLResponse:
        return HTMLResponse(
            templates.get_template("sign_in.html").render(samples=SAMPLES, next=next, error=error, bind=bind)
        )

    @preview.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        form = "json" not in request.headers["content-type"]
        sent = dict(await request.form()) if form else await request.json()
        known = next((one for one in SAMPLES if one["student"] == sent["student"]), None)
        if known is None:
            return JSONResponse({"error": {"code": "unknown_student", "message": "没有这个学号"}}, status_code=403)
        signed_in.update(known)
        return RedirectResponse("/?resume=1", status_code=303) if form else JSONResponse(known)

    @preview.get("/api/me")
    async def me() -> dict:
        return {"student": signed_in.get("student")}

    @preview.post("/api/session/end")
    async def end() -> Response:
        signed_in.clear()
        return Response(status_code=204)

    @preview.get("/api/services")
    async def services() -> dict:
        return {
            "services": [
                {
                    "task": task,
                    "title": title,
                    "example": example,
                    "online": task not in ("coffee_order", "venue_booking"),
                    "payload": f"start:{task}",
                }
                for task, title, example in OFFERED
            ],
            "questions": QUESTIONS,
        }

    @preview.post("/api/uploads")
    async def upload(request: Request) -> Response:
        form = await request.form()
        picture = await form["file"].read()
        await asyncio.sleep(0.6)
        if picture.startswith(b"GIF"):
            return JSONResponse({"error": {"code": "not_a_picture", "message": "只能上传照片"}}, status_code=415)
        return JSONResponse({"id": uuid.uuid4().hex})

    @preview.post("/api/chat")
    async def chat(request: Request) -> Response:
        sent = await request.json()
        said = sent.get("text") or sent.get("payload") or f"{len(sent['attachments'])} 张照片"
        failing = sent["message_id"] not in attempts
        attempts.add(sent["message_id"])
        await asyncio.sleep(8 if said == "慢" else 0.25)
        if said == "断" and failing:
            return Response("<html>bad gateway</html>", status_code=200)
        if said == "错" and failing:
            return JSONResponse({"error": {"code": "internal", "message": ""}}, status_code=500)
        if said == "拒" and failing:
            return JSONResponse(
                {"error": {"code": "too_long", "message": "这条消息太长了，请分几条发。"}}, status_code=413
            )
        if said == "失联" and failing:
            return JSONResponse({"error": {"code": "unknown_conversation", "message": "没有这个对话"}}, status_code=404)
        return JSONResponse(
            {"conversation": sent["conversation"], "message_id": sent["message_id"], "replies": reply_to(said)}
        )

    preview.mount("/static/web", StaticFiles(directory=CHANNELS / "web" / "static"))
    preview.mount("/static/kiosk", StaticFiles(directory=CHANNELS / "kiosk" / "static"))
    return preview


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--port", type=int, default=8123)
    uvicorn.run(app(), host="127.0.0.1", port=options.parse_args().port, log_level="warning")
