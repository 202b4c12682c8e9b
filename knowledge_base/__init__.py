"""Documents → structure → passages → index → answers with citations."""

from .answer import Answer, Decline, Source
from .document import Block, Document
from .encoder import Encoder, open_encoder
from .index import Hit
from .library import Library

__all__ = ["Answer", "Block", "Decline", "Document", "Encoder", "Hit", "Library", "Source", "open_encoder"]
