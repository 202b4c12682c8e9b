"""What was done before and has come to nothing: 「充值没到账」「报修三天了没人来」「交了钱没出纸」.

Whoever says so has asked already. A new order would be a second one; what is wanted is how far the first has got.
"""

from __future__ import annotations

import re

LONGEST = 60
"""Characters of a message that may say this; who writes more tells a story, which the head hears better."""
_DEED = r"(?:报修|保修|(?:投诉|反映|举报)(?=[了过后完没一半都]|之后|以后|到现在)|申请|预约|充值|充钱|缴费|付款|付钱|交钱|打印|打成绩单|开证明|上报|请假|挂失|下单|点单|点的?咖啡|订单|提交|报名)"
_DONE = (
    r"(?:[交递报提]上去|[报投充付交打扣提申缴下点订预打刷转][\u4e00-\u9fff]{0,4}?(?:了|过|完|好)(?!吗|没|么)|(?:扣|付|交|充|刷)(?:了|过|完)?(?:我|\d+|[一二两三四五六七八九十百]+)*(?:块|元|钱|款|费)"
    r"|(?:昨天|前天|上周|上星期|上个?月|早上|上午|中午|刚才|刚刚|之前|前几天|周[一二三四五六日天])[^,，。;；]{0,6}(?:报|投诉|充|付|交|打印|申请|提交|约|下单|点))"
)
_STILL = r"(?:都|也|还|却|但|但是|可是|可|结果|就是|到现在|至今|一直|迟迟|半天|好久|怎么|根本|完全|仍然|仍|又|钱|卡里|账上|机器|里面|打印机|人|师傅|学校|你们|那边|后勤|食堂|一个|[\d一二两三四五六七八九十几]+(?:天|周|个?星期|个?小时|分钟|个?月)|,|，| |了|的|之?后|以后)*"
_NOTHING = (
    r"(?:(?:没有?|未|不见|不)(?:看|见|看见|收到|给|人|有人|什么|任何|一点)*(?:到[账帐]|来人|人来|来修|人修|人管|人理|人联系|理我|来(?!得及)|修|管|动静|动的?静|消息|回音|回复|回应|答复|反应(?!过来)|下文|结果|反馈|进展|音信|信儿|处理|解决"
    r"|出纸|吐纸|出来|打出|印出|吐出|出东西|收到|批(?!评)|审|通过|发|退款|退(?:钱|回)|做|出杯|出咖啡)|没(?:音|影|信)了?|石沉大海|杳无音信|不了了之|(?:没|不)有?(?:增加|变多|多)|还是(?:原来|那么多|老样子))"
)
_OVERDUE = re.compile(
    rf"(?:{_DONE}[^。;；!！?？]{{0,14}}?|{_DEED}(?:费|款|单)?)(?:了|过|完|的)?{_STILL}{_NOTHING}(?:啊|呀|呢|哦|的|了|过|到|我|人|,|，|。|!|！|～|~|这是|咋回?事?|怎么回?事?|怎么办|咋办|来|钱|完){{0,8}}$"
)
_WISHED = re.compile(
    r"(?:我?(?:想|要)|帮我|给我|麻烦|请(?!假)|来)(?:再|重新|去|先|你)*(?:报修|充|打印|打|开|请假|投诉|举报|反映|约|预约|申请)"
)
"""A wish of its own: 「我要报修，水管漏了一直没人修」 and 「我要投诉…没人管」 ask for something new."""


def meant(text: str) -> bool:
    """Whether normalised ``text`` tells of something done before that has come to nothing, and wishes for nothing new."""
    return len(text) <= LONGEST and _OVERDUE.search(text) is not None and _WISHED.search(text) is None
