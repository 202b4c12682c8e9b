"""Web pages become lines: the article of a university's site, without the site."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.ingest import Reading, UnreadableFile, read
from tests.knowledge_base.papers import put, values

ARTICLE = """<p>各学院：</p><p>&nbsp;&nbsp;<span>第一条</span>　为了加强管理，<br>制定本规定。</p>
<ul><li>甲项</li><li>乙项</li></ul>
<table border="1"><caption>表1　奖励</caption>
<tr><td rowspan="2">项目</td><td colspan="2">奖励</td></tr><tr><td>等级</td><td>金额</td></tr>
<tr><td rowspan="2">竞赛</td><td>一等</td><td><p>5000元</p><p>另加学分</p></td></tr><tr><td>二等</td><td></td></tr></table>
<p>示范大学</p>"""
LINES = [
    "各学院：",
    "第一条　为了加强管理，",
    "制定本规定。",
    "甲项",
    "乙项",
    "表1　奖励",
    "项目 | 奖励",
    "等级 | 金额",
    "竞赛 | 一等 | 5000元 另加学分",
    "二等",
    "示范大学",
]

# 博达 (VSB), as some thousand Chinese university sites print an article
VSB = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>关于印发规定的通知-示范大学学生处</title>
<script>var views = 1;</script><style>p{{}}</style></head><body>
<div class="top"><div class="nav"><ul><li><a href="/">首页</a></li><li><a href="a">机构设置</a></li></ul></div></div>
<div class="dqwz">当前位置：<a href="/">首页</a> &gt; <a href="b">规章制度</a> &gt; 正文</div>
<form name="_newscontent_fromname"><div class="show"><h2>关于印发规定的通知</h2>
<p class="info">发布时间：2025-03-01　浏览次数：<span id="dynclicks">123</span></p>
<div id="vsb_content"><div class="v_news_content">{ARTICLE}</div></div>
<p>【打印】 【关闭】</p><p>上一篇：<a href="c">通知甲</a></p><p>下一篇：<a href="d">通知乙</a></p></div></form>
<div class="footer">版权所有 示范大学 沪ICP备12345号</div></body></html>"""

# A page without any class a reader could know: a table for the layout, furniture beside the text
PLAIN = f"""<html><head><title>关于印发规定的通知_示范大学</title></head><body><table><tr><td>
<a href="/">首页</a> | <a href="a">学院概况</a></td></tr><tr><td>{ARTICLE}</td></tr>
<tr><td>浏览次数：12</td></tr><tr><td>上一篇：<a href="c">通知甲</a></td></tr></table></body></html>"""


def reading(tmp_path: Path, page: str, encoding: str = "utf-8") -> Reading:
    return read(put(tmp_path, "通知.html", page.encode(encoding)))


def test_the_article_of_a_campus_site_is_read_without_the_site(tmp_path: Path) -> None:
    whole = reading(tmp_path, VSB)
    found = whole.lines
    assert whole.facts == (("网页发布时间", "2025-03-01"),)
    assert [line.text for line in found] == ["关于印发规定的通知", *LINES]
    assert (found[0].kind, found[0].level) == ("heading", 1)
    assert list(values(found[7:-1])) == [
        ["项目", "奖励", "奖励"],
        ["项目", "等级", "金额"],
        ["竞赛", "一等", "5000元 另加学分"],
        ["竞赛", "二等", ""],
    ]


def test_a_page_without_any_known_frame_loses_its_furniture_too(tmp_path: Path) -> None:
    found = [line.text for line in reading(tmp_path, PLAIN).lines]
    assert (found[0], found[-len(LINES) :]) == ("关于印发规定的通知", LINES)
    assert not any(each.startswith(("浏览", "上一篇")) for each in found)


def test_a_page_is_decoded_as_it_says(tmp_path: Path) -> None:
    page = VSB.replace('charset="utf-8"', 'charset="gb2312"')
    assert reading(tmp_path, page, "gb18030").lines[1].text == "各学院："


def test_headings_of_the_page_are_headings(tmp_path: Path) -> None:
    page = "<body><h1>办法</h1><h2>第一章　总则</h2><p>第一条　甲。</p></body>"
    assert [(line.kind, line.level, line.text) for line in reading(tmp_path, page).lines] == [
        ("heading", 1, "办法"),
        ("heading", 2, "第一章　总则"),
        ("text", 0, "第一条　甲。"),
    ]


def test_text_that_the_page_does_not_show_is_not_read(tmp_path: Path) -> None:
    page = '<body><p>看得见。</p><div style="display: none">看不见。</div><!-- 注释 --><noscript>请启用脚本</noscript></body>'
    assert [line.text for line in reading(tmp_path, page).lines] == ["看得见。"]


def test_a_page_nested_ten_thousand_deep_is_one_line(tmp_path: Path) -> None:
    page = "<body>" + "<div>" * 10_000 + "深" + "</div>" * 10_000 + "</body>"
    with pytest.raises(UnreadableFile, match=r"^网页嵌套太深，无法解析$"):
        reading(tmp_path, page)


def test_a_table_that_only_places_things_is_text(tmp_path: Path) -> None:
    page = "<body><table><tr><td><p>第一条　甲。</p><p>第二条　乙。</p></td></tr></table></body>"
    assert [(line.kind, line.text) for line in reading(tmp_path, page).lines] == [
        ("text", "第一条　甲。"),
        ("text", "第二条　乙。"),
    ]


def test_a_spreadsheet_that_is_a_web_page_is_read_as_one(tmp_path: Path) -> None:
    page = "<html><body><table><tr><th>姓名</th><th>学院</th></tr><tr><td>甲</td><td>文学院</td></tr></table></body></html>"
    found = read(put(tmp_path, "导出.xls", page.encode()))
    assert [line.text for line in found.lines] == ["姓名 | 学院", "甲 | 文学院"]
    assert found.notes == ("文件名的扩展名是“.xls”，内容却是网页，已按内容读取。",)
