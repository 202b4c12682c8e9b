"""A question without whoever asks it or is asked about: numbers, names, rooms become marks."""

from __future__ import annotations

import re

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫"
    "段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤于傅高"
)
_DOUBLE = "欧阳|上官|司马|诸葛|慕容|令狐|皇甫|尉迟|公孙|东方|夏侯|司徒"
_NAME = rf"(?:(?:{_DOUBLE})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
_TITLES = "同学|老师|教授|院长|书记|主任|辅导员|导师|学长|学姐|学弟|学妹|师兄|师姐|阿姨|师傅"
_NOT_NAMES = "任课|任何|高数|高年|高中|高级|万一|程序|金额|马上|白天|夏天|方式|方便|方法|方面|钱包|余额|余下|石油|江苏|安全|于是|向|田径|武术|许可|严重|龙舟|史学"

_MARKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"https?://[!-~]+|www\.[!-~]+"), "〈网址〉"),
    (re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), "〈邮箱〉"),
    (re.compile(r"((?:微信|QQ|qq|wx|vx|VX|wechat)号?[:：是为]*\s*)[A-Za-z0-9_-]{5,}"), r"\1〈账号〉"),
    (re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{8}-?\d{3,6}(?![A-Za-z0-9])"), "〈单号〉"),
    # 18 digits with an X at the end, phones with spaces or dashes between, student numbers, cards.
    (re.compile(r"(?<![A-Za-z0-9])\d{17}[\dXx](?![A-Za-z0-9])"), "〈证件号〉"),
    (re.compile(r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)"), "〈电话〉"),
    (re.compile(r"(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)"), "〈电话〉"),
    (re.compile(r"(?<![A-Za-z0-9])[A-Za-z]?\d{6,}[A-Za-z]?(?![A-Za-z0-9])"), "〈号码〉"),
    (re.compile(r"[零〇一二三四五六七八九幺]{7,}"), "〈号码〉"),
    (re.compile(r"(\d{1,2}\s*(?:号楼|栋|幢|舍|公寓)\s*)[A-Za-z]?\d{2,4}(?:室|房间|寝室|宿舍)?"), r"\1〈房间〉"),
    (
        re.compile(rf"((?:我叫|我的名字叫|名字叫|名叫|姓名[是为:：]?)\s*)(?:{_NAME}|[\u4e00-\u9fff]{{2,3}})"),
        r"\1〈姓名〉",
    ),
    (re.compile(rf"((?:老师|辅导员|导师|师傅)(?:叫|名叫|是)\s*)(?!{_NOT_NAMES}){_NAME}"), r"\1〈姓名〉"),
    (re.compile(rf"((?:我是|本人)\s*)(?!{_NOT_NAMES}){_NAME}(?=[，,。.！!？?\s]|$)"), r"\1〈姓名〉"),
    (re.compile(rf"(?<![\u4e00-\u9fff])(?!{_NOT_NAMES}){_NAME}(?={_TITLES})"), "〈姓名〉"),
    (
        re.compile(
            rf"((?:[和跟找问给让被替帮向对约催喊叫]|请问|联系|投诉|举报|关于)\s*)(?!{_NOT_NAMES}){_NAME}(?={_TITLES})"
        ),
        r"\1〈姓名〉",
    ),
)


def masked(text: str) -> str:
    """The text with marks for what could name or reach a person. What is left is still a question."""
    for pattern, mark in _MARKS:
        text = pattern.sub(mark, text)
    return text
