"""Whether another university is meant."""

from __future__ import annotations

import pytest

from knowledge_base.schools import names_another, other_university, ours, pointing

OWN = frozenset({"示范大学"})


@pytest.mark.parametrize(
    "question",
    [
        "复旦转专业要几点绩点",
        "堂妹读的那个民办本科怎么评助学金",
        "他们职高宿舍几点熄灯",
        "隔壁师范食堂能刷微信吗",
        "和我们只隔一条河、不远的那所大学校外人员能进吗",
        "常州纺织职院怎么退学费",
        "湖南某专科的奖学金分几档",
        "表弟在新东方，他们那儿旷课几节劝退",
        "堂哥今年刚上同济，想转专业要几点绩点",
        "下学期去港大交换，港大的宿舍怎么申请",
        "上财绩点怎么算，跟咱一样吗？只要他们的算法",
        "我是财大的学生，我们宿舍几点熄灯",
        "俺是民办本科的，补考怎么交费",
        "在别的学校念书的我，想问咱宿舍能养猫不",
        "我男友他们大学晚归怎么罚，和我们不是一个学校",
        "外甥女在长沙念大学，她们那边旷课几节劝退",
        "表妹念高中，她饭卡怎么充值",
        "邻校的游泳池收不收钱",
    ],
)
def test_another_school_is_recognised_however_it_is_called(question: str) -> None:
    assert other_university(question, OWN)


@pytest.mark.parametrize(
    "question",
    [
        "我妹刚被你们学校录取，想先当兵，资格留几年",
        "我哥在外地上大学，他说他们补考能缓考，咱学校可以吗",
        "复旦能养猫，我们学校行不行",
        "跟隔壁大学联合办比赛要谁批",
        "请隔壁学校的合唱团来我们这里演出，提前几天报批",
        "男朋友外校的，能进宿舍楼吗",
        "青年大学习在哪看",
        "示范大学宿舍几点熄灯",
        "晚上外出要登记吗",
        "室友的朋友不是我们学校的，能来住一晚吗",
        "我是复旦的，想保研到你们学校要什么条件",
        "我是计算机学院的，想问我们宿舍几点熄灯",
        "我是大二的，校园卡丢了怎么补",
        "对象和我不是一个学院的，能住一栋楼吗",
        "我弟在成都上学，放假来我宿舍住两天要登记吗",
        "我姐在我们学校读书，能帮她领证明吗",
    ],
)
def test_what_is_asked_of_our_own_school_is_not_another(question: str) -> None:
    assert not other_university(question, OWN)


def test_what_students_call_their_own_university_is_not_another() -> None:
    assert other_university("上大宿舍几点熄灯", OWN)
    assert not other_university("上大宿舍几点熄灯", frozenset({"上海大学"}))


def test_a_short_name_of_our_own_college_is_ours() -> None:
    assert not other_university("常州纺织职院宿舍几点熄灯", frozenset({"常州纺织职业技术学院"}))


def test_a_part_of_a_message_about_another_school_is_about_it_too() -> None:
    message = "海洋大学离这儿远吗？学生证丢了怎么补？"
    assert other_university("学生证丢了怎么补", OWN, message)
    assert not other_university("我们学校学生证丢了怎么补", OWN, message)
    assert not other_university("学生证丢了怎么补", OWN, "宿舍几点熄灯？学生证丢了怎么补？")


@pytest.mark.parametrize(
    "question",
    [
        "杉达学院学费多少",
        "中央民大食堂几点开",
        "上外小语种怎么选课",
        "郑大一个宿舍几个人",
        "985里面哪家宿舍好",
        "does Fudan University allow pets",
        "UCL late submission policy",
        "慕尼黑工大注册费多少",
    ],
)
def test_a_school_is_named_in_short_in_part_or_in_english(question: str) -> None:
    assert names_another(question, OWN)


@pytest.mark.parametrize(
    "question",
    [
        "人大代表怎么选",
        "上大一要军训吗",
        "房间多大",
        "我们学校的绩点怎么算",
        "本科生院电话",
        "孩子挨了处分学校会告诉家长不",
        "四川大雪封路回不来",
    ],
)
def test_words_that_only_look_like_a_name_are_none(question: str) -> None:
    assert not names_another(question, OWN)


@pytest.mark.parametrize("question", ["去复旦交换一学期学分怎么认", "保研到浙大要开什么证明", "跟同济的人打架怎么处分"])
def test_where_our_own_rule_on_another_school_may_be_meant_no_rule_decides(question: str) -> None:
    assert (names_another(question, OWN), other_university(question, OWN)) == (True, False)


def test_nothing_points_at_a_school_in_a_plain_question_or_in_our_own_name() -> None:
    assert not any(pointing("挂科几门会退学"))
    assert pointing(ours("示范大学宿舍几点熄灯", OWN))[0] == 0.0
    assert pointing("示范大学宿舍几点熄灯")[0] == 1.0
