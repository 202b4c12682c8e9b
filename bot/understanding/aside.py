"""Which of several places a message is about, and which it only passes: 「我住8号楼，图书馆三楼的灯坏了」."""

from __future__ import annotations

import re

from bot.understanding.place import Place

_IN = r"[^,。;!?:\s□]"
"""A sign inside a clause; □ stands for another place."""

# 「从6号楼跑过来」, 「离图书馆不远」, 「本来想去二食」, 「以为是5号楼」, 「比起9号楼」, 「吵得我们1号楼睡不了」
_PASSED_AHEAD = re.compile(
    r"(?:(?:比起?|相比|比较|不像|不如|赶不上|比不上|学学|看看人家|人家|别人)(?:我们?)?"
    r"|(?:对着|正对|朝着?|冲着|面对|挨着|靠近|离|距离|通往|通向|开往|[飘传]到了?)(?:我们?)?"
    r"|(?:还?以为|还当)(?:是|在|说的?是)?(?:我们?)?"
    # 「公告上说修的是6号楼，可坏的是5号楼」, 「现在蹭实验楼的网」
    r"|(?:隔壁|别的|其他)(?:班|组|寝室?|宿舍|学院)[^,。;!?:□]{0,2}(?:说|讲|反映)(?:的?是)?|(?:公告|通知|海报|群里|告示)[^,。;!?:□]{0,8}(?:是|在)|蹭(?:着|的是?|用)?"
    r"|绕(?:路|道)?(?:[走到去]|过去)?|(?:[吵熏害臭晃照震]|影响|打扰|弄|搞)(?:(?:得|到了?|的是?)(?:我们?|整个?|住)*|了?我们?(?:住|整个)?)"
    r"|(?:回|[跑赶走返]回)(?:[到了去来]|我们?)*|往|(?:只[好能]|被|临时|已经|老师|我们都)(?:被|都|给|让我们|临时)*[换调改转挪搬][到去]|(?:想|[跑赶]|打算|准备|要)去(?:过|了|我们?)?"
    r"|(?:只[好能]|还?得|[又再还]要|不得不|宁愿|宁可|每次都?|天天|(?:[大我]家?|老师|同学们?|他们|人)都)(?:[跑走绕]?去|[跑走绕]到)(?:了|我们?)?)(?:(?:隔壁|旁边|对面)的?)?\s?$"
)
# 「我现在在3号楼，想去图书馆三楼开会」: a wish, where nothing else is left but where one is.
_WISHED = re.compile(r"(?<!本来)(?<!原本)(?<!原来)(?:想|打算|准备|要)去(?:了|我们?)?\s?$")
_WENT_HOME = re.compile(r"回(?:[到了去来]|我们?)*\s?$")
# 「回到3号楼发现灯坏了」 tells of where one came; 「回3号楼才发现卡丢了」 does not.
_FOUND_THERE = re.compile(rf"{_IN}{{0,4}}[, ]?(?:就|一?开门|一看)?(?:发现|看到|看见|闻到|听到)")
_LOST = re.compile(r"丢|落在|忘|捡|遗失|不见|掉在")
_FROM = re.compile(r"(?:从|打)(?:我们?)?\s?$")
_SET_OUT = re.compile(
    rf"{_IN}{{0,4}}(?:去?借|白跑|跑[了一]?[一两几]?趟|[拿带取买领端提](?!到)|往|(?:[跑走赶骑绕爬冲]|一路){_IN}{{0,5}}(?:[过回出进]?[来去]|到|的)|[搬拖][过回]来|[过回出进]来|出[发门])"
)
# 「A区的就没事」, 「B座每层都有」, 「图书馆蹭网都比这快」
_FINE = re.compile(
    rf"(?:的?(?:地方|位置|座位|位子))?(?:真的?|实在)?(?:太|好|很|特别)(?:难[抢约占]|挤|满|抢手)了?(?=$|[,。!?;])"
    rf"|的?(?:那[边个])?(?:每[层栋间个]|其他|同样|{_IN}{{0,3}}?)(?:[就倒却都也还]是?){{1,3}}(?:没事|没有?问题|没坏|好好的|挺?好的|是好的|好着|正常|还?能用|可以用|很好|不会|不这样|有(?=$|[,。!?~呢啊的])|[约订]满|被[占约]|关(?:了|门|闭)|没[位空])"
    rf"|(?:的|那[边个])?(?:[约订排]满了?|没事|没[有得]?问题|没坏|好好的|[挺是]好的|好着|很?正常|能用|可以[用刷走进])(?=$|[,。!?;了呢啊哈])|{_IN}{{0,6}}[都还也](?:比[这它他我那]|亮到|开到)"
    r"|(?:现在|今天|这会儿|晚上)*(?:还有|有没有|有)(?:人|医生|老师)(?:值班|在|上班)*[吗么]"
    rf"|(?:这边|的人?)?(?:都|根本|完全|整晚|一?晚上)*(?:没法睡|睡不[着好了]|听得[到见一]|能?闻得?到)"
)
# 「3号楼的同学把车停在5号楼门口」, 「篮球场旁边看的人都吓一跳」
_PEOPLE = re.compile(r"(?:旁边?|那边|里面?|楼下)?[看走站坐住路过打]{0,2}的(?:人|同学|女生|男生|学生|朋友|学长|学姐)")
# 「请去3号楼502修一下」 sends there.
_SENT = re.compile(r"(?:麻烦|派人|师傅|你们?|[请帮快]|赶紧|帮忙|帮我|过来)(?:你们?|师傅|们|先|尽快|再)*[去到]\s?$")
_ERRAND = re.compile(rf"{_IN}{{0,5}}(?:修|检查|处理|换|看一?[看下]|瞧)")
# 「是去行政楼补办吗」
_HANDLED = re.compile(
    rf"(?:前台|大厅)?(?:补办|办理?|领|[补上]?交|缴|挂失|盖章|咨询|查?看|问|报){_IN}{{0,3}}(?:[吗么吧呢嘛?])"
)
# 「师傅说去行政楼重新报修」
_TOLD_TO_GO = re.compile(r"(?:说|让|叫|喊)(?:是|我们?|你)?(?:得|要|先|可以)?[去到]\s?$")
_FOR_PAPERS = re.compile(r"(?:那边)?[^,。;!?]{0,3}(?:报修|登记|盖章|办理|填[表单写]|申请|领|取|开证明|交)")
# 「西门进来那个路灯，就在操场旁边」
_BESIDE_IT, _NEAR = re.compile(r"就?在\s?$"), re.compile(r"的?(?:旁边?|对面|附近|边上)(?=$|[,。;!?])")
_AT = re.compile(r"[在去到]\s?$")
# 「我住8号楼的」, 「我们宿舍在12栋」, 「我是5号楼的」
_HOME = re.compile(
    r"(?:(?:我们?|本人|人|自己|平时)(?:就|都|也|是|现在|平时|本来|一直)*住(?:在|的是?)?|我们?(?:的|住的)?(?:宿舍|寝室)(?:楼|就|也|是)*在?"
    r"|(?:室友|舍友|同学|朋友|对象|闺蜜|老乡|学长|学姐|她|他)(?:们|现在|人|也|都)*(?:住在?|在|是)|(?:我们?|本人)(?:就|都)?是(?:住)?)\s?$"
)
_HOME_BEHIND = re.compile(r"的?\s?(?:$|[,。;!?住]|学生|宿管|楼长|楼管|层长|阿姨|值班|同学|但|可|不过|就)")
# 「人在图书馆」, 「我还在实验楼做实验」, 「在二食吃完饭」
_THERE = re.compile(
    r"(?:我们?|人|[现正还刚]|已经?|现在|正好|刚[刚才]?|这会儿?|此刻|目前|本来)(?:都|也|正|还|已经|现在|这会儿?|刚[刚才好]?|人|就|一直|在)*(?:在|到)\s?$"
)
_IN_PLACE = re.compile(r"在\s?$")
_BUSY = re.compile(
    rf"(?:那[边里]|里面?|里头)?(?:吃|喝|自习|上课|上[着了完]|学习|看书|写|复习|开会|做实验|跑|打(?!印机|饭窗)|洗|练|排队|上班|值班|等(?!师傅|维修|修|人来)|听|考试|挂水|打针|看病|输液|坐着?|玩|待着?|呆着?){_IN}{{0,4}}"
)
# 「去东门取快递，回来路过操场」
_GOING = re.compile(r"(?<!想)(?:去|到了?)\s?$")
_ON_ERRAND = re.compile(rf"(?:那边)?{_IN}?(?:取|拿快递|吃|上课|打球|买|跑步|洗澡|自习|玩|看电影|看书|打卡|找人|找同学)")
# 「去教A都没法走」, 「掉在去图书馆的路上」
_ROUNDABOUT = ("路上", "的路上", "都", "也得", "还得")
_SEEN = re.compile(rf"{_IN}{{0,5}}(?:[看听望][到见]|拍到?|闻到)的|{_IN}{{0,4}}(?:[看听望][到见]|闻到)□")

# Who asks for the way means both places, and so does who names them in one breath.
WAY = re.compile(
    r"怎么[走去]|多远|路线|导航|[走跑骑](?:路|车)?(?:过去|[到去]?□*)[^,。□]{0,2}要?(?:多久|几分钟|多长时间)"
    # 「从图书馆回2号楼，路上那段没路灯」, 「3号楼和隔壁4号楼都停电」, 「3号楼没热水，5号楼也没有」
    r"|(?:从|打)□+[^,。;!?□]{0,4}□+[^。;!?□]{0,4}(?:路|方向)|□\s?(?:[和跟与及、]|还是|或者?)\s?(?:(?:隔壁|对面|旁边)的?|我们)?\s?□|□[^□]*□的?也都?(?:没|坏|一样|这样|不|满|漏|堵|停|断)"
)


def topic(text: str, named: list[Place]) -> Place | None:
    """The one of the places ``named`` in ``text`` that is left without those only passed, lived in or stayed at.

    ``None`` when none is left or more than one: nobody then knows which is meant.
    """
    blanked = text
    for place in named:
        blanked = blanked[: place.start] + "□" * (place.end - place.start) + blanked[place.end :]
    if WAY.search(blanked):
        return None
    passed = {place.name for place in named if _passed(blanked, place)}
    left = [place for place in named if place.name not in passed]
    if len(left) < len(named) and (meant := _same(left)):
        wished = [one for one in named if _WISHED.search(blanked, max(0, one.start - 8), one.start)]
        if not wished or not (_at_home(blanked, meant) or _stayed(blanked, meant)):
            return meant
        left = [place for place in named if place in left or place in wished]
    away = [place for place in left if place.detail or not _lived_in(blanked, place)]
    if len(away) < len(left) and (meant := _same(away)):
        return meant if meant.detail or not _stayed(blanked, meant) else None
    gone = [place for place in left if _went(blanked, place)]
    moved = [place for place in left if place not in gone and not _stayed(blanked, place)]
    meant = _same(moved) if len(moved) < len(left) else None
    # 「我住3号楼502，去二食堂吃饭滑倒了」
    return None if meant and gone and _at_home(blanked, meant) else meant


def _passed(text: str, place: Place) -> bool:
    ahead = max(0, place.start - 10)
    if _FROM.search(text, ahead, place.start):
        return _SET_OUT.match(text, place.end) is not None
    if _BESIDE_IT.search(text, ahead, place.start) and _NEAR.match(text, place.end):
        return True
    if _FINE.match(text, place.end) or _PEOPLE.match(text, place.end):
        return True
    if text[: place.start].endswith("去") and text.startswith(_ROUNDABOUT, place.end):
        return True
    if _AT.search(text, ahead, place.start) and _HANDLED.match(text, place.end):
        return True
    if _TOLD_TO_GO.search(text, ahead, place.start) and _FOR_PAPERS.match(text, place.end):
        return True
    if _SENT.search(text, ahead, place.start) or _ERRAND.match(text, place.end):
        return False
    if not _PASSED_AHEAD.search(text, ahead, place.start):
        return False
    home = _WENT_HOME.search(text, ahead, place.start)
    return not (home and _FOUND_THERE.match(text, place.end) and not _LOST.search(text))


def _at_home(text: str, place: Place) -> bool:
    return _HOME.search(text, max(0, place.start - 12), place.start) is not None


def _lived_in(text: str, place: Place) -> bool:
    return _at_home(text, place) and _HOME_BEHIND.match(text, place.end) is not None


def _stayed(text: str, place: Place) -> bool:
    """Whether somebody only is or was there: 「我还在实验楼做实验」."""
    if _IN_PLACE.search(text, max(0, place.start - 4), place.start) and (
        _BUSY.match(text, place.end) or _SEEN.match(text, place.end)
    ):
        return True
    return _THERE.search(text, max(0, place.start - 12), place.start) is not None


def _went(text: str, place: Place) -> bool:
    """Whether somebody went there for an errand of his own."""
    return (
        _GOING.search(text, max(0, place.start - 4), place.start) is not None
        and _ON_ERRAND.match(text, place.end) is not None
    )


def _same(places: list[Place]) -> Place | None:
    """The fullest of ``places`` when all of them are one place; ``None`` without any."""
    chosen: Place | None = None
    for place in places:
        if chosen is None or place.within(chosen):
            chosen = place
        elif not chosen.within(place):
            return None
    return chosen
