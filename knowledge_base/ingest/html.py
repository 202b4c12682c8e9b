"""Web pages: the article without the furniture of the site, with its headings, lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from .asked import Asked
from .encoding import decode
from .grid import Cell, table
from .lines import Line, Reading, UnreadableFile
from .piece import Piece, Source, joined

# fmt: off
SILENT: Final = frozenset((
    "script", "style", "noscript", "template", "head", "nav", "footer", "aside", "iframe", "object", "embed", "svg", "canvas",
    "button", "select", "input", "textarea", "video", "audio", "map", "dialog", "menu",
))
BLOCKS: Final = frozenset((
    "p", "div", "section", "article", "main", "header", "form", "li", "ul", "ol", "dl", "dt", "dd", "blockquote", "pre", "h1",
    "h2", "h3", "h4", "h5", "h6", "table", "tr", "td", "th", "figure", "figcaption", "hr", "address", "center", "fieldset",
    "details", "summary", "caption", "tbody", "thead", "tfoot",
))
# fmt: on
# What the frames of a page are called: by the authors of sites everywhere, and by the systems of Chinese universities
FURNITURE: Final = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|footer|foot|header|head|top|topbar|banner|sidebar|side|breadcrumb|crumbs?|crumb|position|"
    r"location|dqwz|weizhi|share|bdshare\w*|pager|paging|pagination|copyright|links?|friendlink|search|login|toolbar|"
    r"wzlj|prev|next|prenext|comment|advert|qrcode|ewm|logo)(?:$|[\s_-])",
    re.IGNORECASE,
)
# Where the article stands: 博达/VSB (vsb_content, v_news_content), 苏迪 (wp_articlecontent), 正方, and what authors write by hand
ARTICLE: Final = re.compile(
    r"vsb_content|v_news_content|wp_articlecontent|wp_content|article-?(?:content|body|con|text)|news-?(?:content|con|body|text|detail)|"
    r"content-?(?:main|body|text|detail)|main-?content|entry-?content|post-?content|show-?content|arti?cle_?content|detail-?con|"
    r"TRS_Editor|xwcon|wzcon|zoom|read",
    re.IGNORECASE,
)
# Lines of the frame that stand inside the article as well
FRAME_LINES: Final = re.compile(
    r"(?:上一[篇条页]|下一[篇条页]|上页|下页)\s*[：:].*|(?:首页|网站首页)\s*(?:[>»›/→-].*)?|"
    r"(?:您?(?:现在|当前)(?:的)?位置|当前位置|你的位置|您的位置)\s*[：:].*|【?\s*(?:打印(?:本页)?|关闭(?:窗口)?|返回(?:顶部|列表)?|收藏(?:本页)?)\s*】?"
    r"(?:\s*【?\s*(?:打印(?:本页)?|关闭(?:窗口)?|返回(?:顶部|列表)?)\s*】?)*|"
    r"(?:字体|字号)\s*[：:]?\s*[【\[（(]?\s*大.*小.*|(?:点击|浏览|阅读|访问)(?:次数|量|数)?\s*[：:]?\s*(?:\[?\s*\d*\s*\]?)\s*次?|"
    r"分享(?:到|至)\s*[：:]?.*|(?:扫一扫|微信扫一扫).*|(?:版权所有|Copyright|©).*|(?:.{0,12})?ICP备.*"
)
# The line below the title: who published it when, and how often it was read
COUNTS: Final = re.compile(r"\s*[|｜]?\s*(?:点击|浏览|阅读|访问)(?:次数|量|数)?\s*[：:]\s*\[?\s*\d*\s*\]?\s*次?")
PUBLISHED: Final = re.compile(
    r"(?:发布|发表|更新|编辑)(?:时间|日期)\s*[：:]\s*(\d{4}\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}日?)"
)
BREAK: Final = "\n"


def read(stem: str, content: bytes, asked: Asked) -> Reading:
    """Lines of a web page. Raises :class:`UnreadableFile`."""
    text = _text(content)
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile("不是有效的网页") from error
    if root is None:
        raise UnreadableFile("网页里没有可以收录的文字")
    if any("depth" in each.message for each in parser.error_log):  # libxml2 drops what lies deeper than it goes
        raise UnreadableFile("网页嵌套太深，无法解析")
    page = _Page(Source())
    article = _article(root)
    page.title = _title(root, article)
    lines = page.lines(article)
    said = PUBLISHED.search(" ".join("".join(root.itertext()).split()))
    # The day the site put it up: not the day it was issued, but where nothing else is said the nearest to it.
    facts = (("网页发布时间", said.group(1)),) if said else ()
    return Reading(stem, tuple(lines), facts, whole=True)


def _text(content: bytes) -> str:
    """Decoded as the page says in its head, else as its bytes look."""
    said = re.search(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", content[:4096], re.IGNORECASE)
    if said and not content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        name = said.group(1).decode("ascii").lower()
        try:
            found = content.decode("gb18030" if name in ("gb2312", "gbk", "gb_2312-80") else name)
        except (UnicodeDecodeError, LookupError):
            found = decode(content)
    else:
        found = decode(content)
    # A declaration of an encoding in text that is decoded already is an error to the parser
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", found.replace("\x00", ""))


def _article(root: Element) -> Element:
    """The element that holds the article, or all of the page where none stands out."""
    body = root.find("body") if root.tag == "html" else root
    body = root if body is None else body
    whole = _length(body)
    named: list[tuple[int, Element]] = []
    for each in body.iter(etree.Element):
        label = f"{each.get('id') or ''} {each.get('class') or ''}"
        if each.tag in ("article", "main") or ARTICLE.search(label):
            named.append((_length(each), each))
    # The innermost of those that hold most of what the named ones hold
    best = max((length for length, _ in named), default=0)
    if best >= 20 and best >= 0.2 * whole:
        holding = [each for length, each in named if length >= 0.8 * best]
        return holding[-1]
    return body


def _length(element: Element) -> int:
    """How much of the text under an element is no link and no furniture."""
    total, waiting = 0, [element]
    while waiting:
        each = waiting.pop()
        if (
            not isinstance(each.tag, str)
            or each.tag in SILENT
            or each.tag == "a"
            or (each is not element and _is_furniture(each))
        ):
            continue
        total += len((each.text or "").strip())
        for child in each:
            total += len((child.tail or "").strip())
            waiting.append(child)
    return total


def _is_furniture(element: Element) -> bool:
    if element.tag in ("body", "html", "td", "tr", "table", "tbody", "p", "h1", "h2", "h3"):
        return False
    if element.get("hidden") is not None or re.search(r"display\s*:\s*none", element.get("style") or "", re.IGNORECASE):
        return True
    if element.get("role") in ("navigation", "banner", "contentinfo", "search", "complementary"):
        return True
    label = f"{element.get('id') or ''} {element.get('class') or ''}".strip()
    if not label or ARTICLE.search(label) or not FURNITURE.search(label):
        return False
    # A frame may carry such a name around everything
    return len("".join(element.itertext())) < 0.5 * len("".join(element.getroottree().getroot().itertext()))


def _title(root: Element, article: Element) -> str:
    """The title of the article: the heading around it, else the page's own without the name of the site."""
    for tag in ("h1", "h2"):
        headings = ["".join(each.itertext()).strip() for each in root.iter(tag)]
        said = [each for each in headings if each]
        if len(said) == 1:
            return " ".join(said[0].split())
    for each in root.iter("meta"):
        if (each.get("name") or "").lower() in ("articletitle", "pagetitle") and each.get("content"):
            return str(each.get("content")).strip()
    title = next(root.iter("title"), None)
    text = " ".join("".join(title.itertext()).split()) if title is not None else ""
    return re.split(r"\s*[-_|—–]+\s*(?=[^-_|—–]*(?:大学|学院|学校|处|部|中心|网|站)[^-_|—–]*$)", text)[0].strip()


class _Page:
    def __init__(self, source: Source) -> None:
        self.title = ""
        self._source = source

    def lines(self, article: Element) -> list[Line]:
        """The article as lines; its title comes first where the article itself does not print it."""
        found = list(self._blocks(article))
        kept = [line for line in found if line.kind in ("row", "header") or not FRAME_LINES.fullmatch(line.text)]
        if self.title and not any(line.text == self.title for line in kept[:12]):
            title = self._source.take(self.title)
            kept.insert(0, Line(title.text, title.origins, "heading", 1, gap=1))
        return kept

    def _blocks(self, article: Element) -> Iterator[Line]:
        """Goes through the article with a stack of its own: pages nest as deep as they like."""
        open_text: list[Piece] = []
        waiting: list[tuple[str, Element, int]] = [("in", article, 0)]
        level = 0

        def flush() -> Iterator[Line]:
            whole = joined(open_text)
            open_text.clear()
            start, gap = 0, 1
            for end in [*(at for at, char in enumerate(whole.text) if char == BREAK), len(whole.text)]:
                piece = _without_counts(_collapsed(whole.part(start, end)))
                start = end + 1
                if piece.text:
                    kind = "heading" if level else "text"
                    yield Line(piece.text, piece.origins, "heading" if kind == "heading" else "text", level, gap=gap)
                    gap = 0

        while waiting:
            step, element, _ = waiting.pop()
            tag = element.tag if isinstance(element.tag, str) else ""
            if step == "out":
                if tag in BLOCKS:
                    yield from flush()
                    level = 0
                if step == "out" and element is not article and element.tail:
                    open_text.append(self._source.take(_flat(element.tail)))
                continue
            skip = not tag or tag in SILENT or (element is not article and _is_furniture(element))
            if tag in BLOCKS:
                yield from flush()
            if tag == "table" and not skip:
                if _is_layout(element):
                    skip = False
                else:
                    yield from self._table(element)
                    skip = True
            if tag == "br":
                open_text.append(self._source.take(BREAK))
            waiting.append(("out", element, 0))
            if skip:
                continue
            level = int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else level
            if element.text:
                text = element.text if _preformatted(element) else _flat(element.text)
                open_text.append(self._source.take(text))
            waiting += [("in", child, 0) for child in reversed(element)]
        yield from flush()

    def _table(self, element: Element) -> Iterator[Line]:
        caption = element.find("caption")
        if caption is not None:
            piece = _collapsed(self._source.take(_flat("".join(caption.itertext()))))
            if piece.text:
                yield Line(piece.text, piece.origins, gap=1)
        cells: list[Cell] = []
        taken: set[tuple[int, int]] = set()
        heads = 0
        rows = list(_rows_of(element))
        for number, row in enumerate(rows):
            column = 0
            own = [each for each in row if each.tag in ("td", "th")]
            if (
                number == heads
                and own
                and (_parent_tag(row) == "thead" or (len(own) > 1 and all(each.tag == "th" for each in own)))
            ):
                heads += 1
            for cell in own:
                while (number, column) in taken:
                    column += 1
                columns = min(_count(cell.get("colspan"), 1), 200)
                down = min(_count(cell.get("rowspan"), len(rows) - number), len(rows) - number)
                taken |= {(number + y, column + x) for y in range(down) for x in range(columns)}
                cells.append(
                    Cell(number, column, self._cell(cell), down, columns, names=cell.tag == "th" or _is_bold(cell))
                )
                column += columns
        yield from table(cells, headers=heads or None)

    def _cell(self, cell: Element) -> Piece:
        pieces: list[Piece] = []
        waiting: list[tuple[bool, Element]] = [(True, cell)]
        while waiting:
            enters, element = waiting.pop()
            tag = element.tag if isinstance(element.tag, str) else ""
            if not enters:
                if tag in BLOCKS and element is not cell:
                    pieces.append(self._source.take(BREAK))
                if element is not cell and element.tail:
                    pieces.append(self._source.take(_flat(element.tail)))
                continue
            if tag == "br" or (tag in BLOCKS and element is not cell):
                pieces.append(self._source.take(BREAK))
            waiting.append((False, element))
            if not tag or tag in SILENT:
                continue
            if element.text:
                pieces.append(self._source.take(_flat(element.text)))
            waiting += [(True, child) for child in reversed(element)]
        return _collapsed(joined(pieces))


def _flat(text: str) -> str:
    """Blanks of the source as a browser shows them: a run of them is one, a no-break space is one of its own."""
    return re.sub(r"[ \t\r\n\f]+", " ", text)


def _preformatted(element: Element) -> bool:
    return bool(element.tag == "pre")


def _collapsed(piece: Piece) -> Piece:
    kept = [at for at, char in enumerate(piece.text) if not (char == " " and at and piece.text[at - 1] in " \n\u3000")]
    return piece.kept(kept).one_line()


def _without_counts(piece: Piece) -> Piece:
    found = COUNTS.search(piece.text)
    if found is None or len(piece.text) > 120:
        return piece
    return joined([piece.part(0, found.start()), piece.part(found.end(), len(piece.text))]).one_line()


def _rows_of(element: Element) -> Iterator[Element]:
    for each in element:
        if each.tag == "tr":
            yield each
        elif each.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in each if row.tag == "tr")


def _is_layout(element: Element) -> bool:
    """Whether a table only places things: it has one cell in a row, or tables and headings inside."""
    rows = list(_rows_of(element))
    if all(sum(each.tag in ("td", "th") for each in row) <= 1 for row in rows):
        return True
    return any(each is not element and each.tag in ("table", "h1", "h2", "h3") for each in element.iter(etree.Element))


def _parent_tag(element: Element) -> str:
    parent = element.getparent()
    return str(parent.tag) if parent is not None else ""


def _is_bold(cell: Element) -> bool:
    whole = "".join(cell.itertext()).strip()
    bold = "".join("".join(each.itertext()) for each in cell if each.tag in ("b", "strong")).strip()
    if not bold and len(cell) == 1 and cell[0].tag in ("p", "span", "div"):
        return _is_bold(cell[0])
    return bool(whole) and bold == whole


def _count(text: str | None, otherwise: int) -> int:
    """A span; 0 means down to the end."""
    if text is None or not text.strip().isdecimal():
        return 1
    return int(text[:6]) or otherwise
