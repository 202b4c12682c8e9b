"""How lessons, days and examinations read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from actions.form import day
from actions.offices.studies import Agenda, Day, Exam, Exams, Lesson, WeeklyLesson

HALVES = {"1": "第一学期", "2": "第二学期"}
WEEKDAYS = "一二三四五六日"


def term_words(term: str) -> str:
    """``2026-2027-1`` → ``2026-2027学年第一学期``."""
    return f"{term[:9]}学年{HALVES[term[10:]]}"


def week_words(week: int) -> str:
    """``第12周（双周）``."""
    return f"第{week}周（{'单' if week % 2 else '双'}周）"


def lesson_words(lesson: Lesson) -> str:
    """``13:30–15:05（5-6节）软件工程前沿，教学楼A座313，阎睿静老师``."""
    hours = f"{lesson.starts:%H:%M}–{lesson.ends:%H:%M}（{lesson.periods}节）"
    return f"{hours}{lesson.course}，{lesson.place}，{lesson.teacher}老师"


def day_words(of: Day) -> str:
    """One day: what is held, or why nothing is."""
    name = day(of.day)
    week = f"，{week_words(of.week)}" if of.week else ""
    if of.kind == "holiday":
        return f"{name}是{of.name}放假，没有课。"
    if of.kind == "vacation":
        return f"{name}在假期里，没有课。"
    if of.kind == "unpublished":
        return f"{name}是{term_words(str(of.term))}第{of.week}周，那学期的课表还没有公布。"
    if of.kind == "exam_week" and not of.lessons:
        return f"{name}{week}，是考试周，不上课。哪天考什么，说“考试安排”就能查。"
    made_up = f"，补{day(of.follows)}的课" if of.follows else ""
    if not of.lessons:
        return f"{name}{week}{made_up}，你没有课。"
    return "\n".join([f"{name}{week}{made_up}，你的课：", *(lesson_words(one) for one in of.lessons)])


def span_words(days: Sequence[Day]) -> str:
    """Behind 这周 or 下周: ``（第12周，双周，11月23日至11月29日）``."""
    week = next((one.week for one in days if one.week), None)
    return f"（{f'第{week}周，' if week else ''}{parity_words(days)}）"


def parity_words(days: Sequence[Day]) -> str:
    """``双周，11月23日至11月29日``."""
    week = next((one.week for one in days if one.week), None)
    parity = f"{'单' if week % 2 else '双'}周，" if week else ""
    return f"{parity}{short(days[0].day)}至{short(days[-1].day)}"


def short(of: date) -> str:
    return f"{of.month}月{of.day}日"


def days_words(days: Sequence[Day], title: str) -> str:
    """Several days in a row: those with lessons, and the days off among them."""
    kinds = {one.kind for one in days} - {"holiday"}
    if kinds == {"unpublished"}:
        return f"{title}：那学期的课表还没有公布。"
    if kinds == {"vacation"}:
        return f"{title}：在假期里，没有课。"
    if kinds == {"exam_week"}:
        return f"{title}：是考试周，不上课。哪天考什么，说“考试安排”就能查。"
    lines = []
    for name, off in groupby(days, key=lambda one: one.name if one.kind == "holiday" else None):
        together = list(off)
        if name:
            lines.append(f"{'至'.join(dict.fromkeys(day(one.day) for one in (together[0], together[-1])))}：{name}放假")
            continue
        for one in together:
            if one.lessons:
                made_up = f"（补{day(one.follows)}的课）" if one.follows else ""
                lines.append(f"{day(one.day)}{made_up}：")
                lines += [lesson_words(lesson) for lesson in one.lessons]
    if not any(one.lessons for one in days):
        return "\n".join([f"{title}：你没有课。", *lines])
    return "\n".join([f"{title}，你的课：", *lines])


def next_words(agenda: Agenda) -> str:
    """The lesson that goes on now, and the one that begins next."""
    now = agenda.as_of
    lessons = [lesson for one in agenda.days for lesson in one.lessons]
    on = next((one for one in lessons if one.starts <= now < one.ends), None)
    coming = next((one for one in lessons if one.starts > now), None)
    lines = [f"现在正在上：{lesson_words(on)}"] if on else []
    if coming is None:
        last = agenda.days[-1].day
        return "\n".join([*lines, f"从现在到{day(last)}，课表里没有下一节课。"])
    when = "今天" if coming.starts.date() == now.date() else day(coming.starts.date())
    return "\n".join([*lines, f"下一节课在{when}：{lesson_words(coming)}"])


def calendar_words(agenda: Agenda) -> str:
    """Which teaching week it is, and how the term goes on."""
    today = agenda.as_of.date()
    exams = _first_exam_day(agenda)
    if week := agenda.week_of(today):
        now = f"今天是{term_words(agenda.term)}{week_words(week)}，{day(today)}。"
    elif today < agenda.first_day:
        now = f"现在是假期，{term_words(agenda.term)}从{day(agenda.first_day)}开始第1周。"
    else:
        return "新学期的校历还没有公布。"
    weeks = f"{agenda.weeks - agenda.exam_weeks + 1}、{agenda.weeks}"
    return f"{now}\n这学期共 {agenda.weeks} 周，第{weeks}周是考试周（{short(exams)}至{short(agenda.last_day)}）。"


def _first_exam_day(agenda: Agenda) -> date:
    return date.fromordinal(agenda.last_day.toordinal() - 7 * agenda.exam_weeks + 1)


def exam_words(exam: Exam) -> str:
    """``12月3日（周四）13:30–15:05 软件工程前沿（随堂考试），教学楼A座313，座位号12月1日（周二）公布``."""
    seat = f"{exam.seat}号座位" if exam.seat else f"座位号{day(exam.seat_known)}公布"
    hours = f"{day(exam.starts.date())}{exam.starts:%H:%M}–{exam.ends:%H:%M}"
    return f"{hours} {exam.course}（{exam.kind}），{exam.place}，{seat}"


def exams_words(exams: Exams, courses: Sequence[str] = ()) -> str:
    """The examinations of the term, or of some courses: to come, over, and not published yet."""
    mine = [one for one in exams.exams if not courses or one.course in courses]
    hidden = [one for one in exams.unpublished if not courses or one in courses]
    to_come = [one for one in mine if one.ends > exams.as_of]
    over = [one for one in mine if one.ends <= exams.as_of]
    lines = []
    if to_come:
        lines += ["你的考试安排：", *(exam_words(one) for one in to_come)]
    if over:
        lines.append("考完了：" + "、".join(f"{short(one.starts.date())} {one.course}" for one in over))
    if hidden:
        lines.append(f"还没公布：{'、'.join(hidden)}，最迟{day(exams.known_by)}公布。")
    if not lines:
        of = f"{'、'.join(courses)}的考试" if courses else "你的考试"
        return f"{term_words(exams.term)}没有{of}安排。"
    return "\n".join(lines)


def resits_words(exams: Exams) -> str:
    """Resits and deferred examinations are held at the beginning of a term (考试与缓考管理办法 第二十七、三十三条)."""
    published = [one for one in exams.exams if one.kind not in ("期末考试", "随堂考试")]
    if published:
        return "\n".join(exam_words(one) for one in published)
    return "教务系统里现在没有你的补考或缓考安排。补考、缓考都在下学期开学后第1至2周，时间和地点在开学前 1 周公布，不用报名。"


def course_words(lessons: Sequence[WeeklyLesson]) -> str:
    """When and where a course meets every week."""
    return "\n".join(
        f"{one.course}：第{one.weeks}周{'' if one.parity == '每周' else one.parity}，"
        f"周{WEEKDAYS[one.weekday - 1]} {one.periods}节，{one.place}，{one.teacher}老师"
        for one in lessons
    )


def as_of_words(moment: datetime) -> str:
    return f"{day(moment.date())}{moment:%H:%M}"
