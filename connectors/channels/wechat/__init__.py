"""The official account: WeChat's callback in, one passive text message out.

    callback.py    the route: who may speak, and what WeChat gets back
    signature.py   is it WeChat that calls, and just now
    cipher.py      wechatpy's envelope of "secure mode", made strict
    news.py        what became of a follower's cases, in front of the next answer
    message.py     XML → wechatpy → one frozen Message
    pictures.py    the picture of an image message, from WeChat's own hosts only
    deliveries.py  every message answered once, in time, or kept for the next one
    render.py      replies → one text WeChat will show (cut.py shortens it)
    envelope.py    text → wechatpy → the XML of a reply
    refusal.py     why a request was turned away, and with which status

The protocol is wechatpy's work. What surrounds it here is what wechatpy leaves to its caller or gets wrong.

A gateway adds the `routes(settings, converse)` and needs nothing else from here.
"""

from connectors.channels.wechat.callback import Converse, routes
from connectors.channels.wechat.mount import mount
from connectors.channels.wechat.settings import WechatSettings

__all__ = ["Converse", "WechatSettings", "mount", "routes"]
