"""A proof of enrolment, as 教务处 and 研究生处 want it ordered."""

from __future__ import annotations

from collections.abc import Mapping

from actions.form import day
from actions.offices import Offices, Refusal
from actions.offices.certificates import Certificate, CertificateOrder, Delivery
from actions.offices.studies import by_standing
from actions.offices.transcripts import Language
from actions.rasa_actions import Order

LANGUAGES: dict[str, Language] = {"zh": "zh", "en": "en", "both": "both"}
DELIVERIES: dict[str, Delivery] = {"electronic": "electronic", "printer": "printer", "desk": "desk"}


async def check(field: str, value: str, offices: Offices) -> None:
    """Everything a student says here is checked by its kind already."""


async def preview(order: Order, offices: Offices) -> Mapping[str, str]:
    """Where it is fetched; whoever does not study now hears of it before anything is ordered."""
    student = await offices.registry.student(order.student)
    if student.status != "在籍":
        raise by_standing(Refusal("student_not_active", {"status": student.status}))
    match order.values["delivery"]:
        case "printer":
            return {"费用": "免费", "取件地点": (await offices.certificates.printer(order.student)).place}
        case "desk":
            return {"费用": "免费", "领取": "学生社区服务中心2号窗口，2 个工作日办结"}
        case _:
            return {"费用": "免费"}


async def submit(order: Order, offices: Offices) -> Mapping[str, str]:
    values = order.values
    certificate = Certificate(
        student=order.student,
        language=LANGUAGES[values["language"]],
        copies=int(values.get("count") or 1),
        purpose=values.get("purpose"),
        delivery=DELIVERIES[values["delivery"]],
    )
    try:
        made = await offices.certificates.submit(certificate, key=order.key)
    except Refusal as refusal:
        raise by_standing(refusal) from refusal
    return {
        "number": made.number,
        "made": f"已经交给{made.department}办理" if made.ready_on else "在读证明开好了",
        "how": _how(made),
        "verify_code": made.verify_code,
        "office_status": made.status,
    }


def _how(made: CertificateOrder) -> str:
    """How the student comes by it."""
    if made.ready_on:
        return f"{day(made.ready_on)}起可以取：{made.place}（{made.hours}），带校园卡或身份证。"
    if made.expires_at:
        until = f"{day(made.expires_at.date())}{made.expires_at:%H:%M}"
        return (
            f"取件地点：{made.place}（{made.hours}）\n取件码：{made.collect_code}\n"
            f"带校园卡或身份证，到机器上输入取件码就能打印，{until}前有效。"
        )
    return "电子版在智慧校园平台，现在就能下载，带电子签章，和盖章的纸质版一样有效。"
