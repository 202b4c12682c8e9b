"""What this channel says by itself, in the student's language."""

GREETING = (
    "你好，我是虚拟辅导员。这里是自动回复，不是真人。\n"
    "可以直接打字问我：\n"
    "· 学校的规章制度，例如「补考怎么安排」，我会注明出处\n"
    "· 要办的事，例如报修、请假、打印成绩单、预约咨询\n"
    "· 已经办的事到哪一步了\n"
    "想找老师，请回复「人工」。"
)

UNREADABLE = {
    "voice": "语音暂时看不懂，请打字告诉我。",
    "image": "图片暂时看不懂，请打字告诉我。",
    "video": "视频暂时看不懂，请打字告诉我。",
    "shortvideo": "视频暂时看不懂，请打字告诉我。",
    "location": "位置暂时看不懂，请打字告诉我在哪里。",
    "link": "链接暂时看不懂，请打字告诉我。",
    "file": "文件暂时看不懂，请打字告诉我。",
    "other": "这类消息暂时看不懂，请打字告诉我。",
}

NOT_FETCHED = (
    "这张照片没有收到，可以再发一次。还是不行，就打字说说情况，一样能办；正问到照片的，回复「没有」接着往下办。"
)
"""A picture WeChat did not let us have."""

NOT_KEPT = "{why}也可以打字说说情况，一样能办。"
"""A picture that cannot be used, with the reason of /api/uploads."""

ON_THE_PAGE = "（这一步要在网页上办，请打开学校的虚拟辅导员网页。）"
"""Instead of a link that leads nowhere inside WeChat."""

MORE = "还有 {n} 项，这里放不下：直接打字说你要哪一项就行。"

FAILED = "抱歉，刚才没有处理成功，请稍后再发一次。"

NOT_YET = "正在查询，请稍后回复任意字查看结果。"

LATE = "刚才那条消息的回复："

PICK = "回复数字选择"

NEWS = "你办的事有新进展："

SAY = "（回复{labels}）"
"""Below a question among the news."""
