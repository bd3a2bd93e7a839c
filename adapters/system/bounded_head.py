"""HTTP as uvicorn speaks it, with an end to how much of a request line and headers it keeps before they are whole."""

from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES: Final = 64 * 1024
"""Of a head that is not whole yet; other servers stop between 8 and 64 KB."""

TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedHead(HttpToolsProtocol):
    """Without an end, one connection could fill the memory with a header that never stops."""

    _in_head = True
    _head = 0

    def on_message_begin(self) -> None:
        self._in_head, self._head = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._head += len(data)
        transport: Any = self.transport
        if self._in_head and self._head > MOST_BYTES and not transport.is_closing():
            transport.write(TOO_LARGE)
            transport.close()
