"""Who we are on a trunk: the accounts of the SIP stack, made when they are first needed and kept for ever."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from baresip import Account, UserAgent

from adapters.sip.errors import translated
from adapters.sip.stack import SipStack
from domain.ids import TrunkId
from domain.routing.sip import CallerIn, Codec, SipTransport
from ports.errors import Busy
from ports.messages.sip import SipAccount

MOST: Final = 2000
"""Identities of one process: the library cannot let go of one."""

NOBODY: Final = "cxb"
"""The user of a trunk that has no user name."""

SIP_PORT: Final = 5060
REGISTER_EVERY: Final = 600
HEADERS: Final = {
    CallerIn.ASSERTED: "P-Asserted-Identity",
    CallerIn.PREFERRED: "P-Preferred-Identity",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One account of the stack; two that are equal are one."""

    trunk_id: TrunkId
    user: str
    domain: str
    transport: SipTransport
    codecs: tuple[Codec, ...]
    username: str
    password: str = field(repr=False)
    registers: bool

    @property
    def account(self) -> Account:
        """Raises ValueError for what the stack cannot be told, such as a quotation mark in a password."""
        return Account(
            user=self.user,
            domain=self.domain,
            password=self.password,
            reg_interval=REGISTER_EVERY if self.registers else 0,
            transport=self.transport.value,
            audio_codecs=tuple(codec.value for codec in self.codecs),
            auth_user=self.username or None,
        )


def own_identity(account: SipAccount) -> Identity:
    """The one by which we register, and call where the caller's number has a header of its own."""
    return _identity(account, account.sip.username or NOBODY, registers=account.sip.register)


def identity_for_call(account: SipAccount, caller: str) -> Identity:
    """From is the account's, so where the number goes there it has an identity of its own."""
    if account.sip.caller_in is CallerIn.FROM and caller:
        return _identity(account, caller, registers=False)
    return own_identity(account)


def headers_for_call(account: SipAccount, caller: str) -> dict[str, str]:
    name = HEADERS.get(account.sip.caller_in)
    return {name: f"<sip:{caller}@{account.sip.host}>"} if name and caller else {}


def _identity(account: SipAccount, user: str, *, registers: bool) -> Identity:
    sip = account.sip
    return Identity(
        trunk_id=account.trunk_id,
        user=user,
        domain=sip.host if sip.port == SIP_PORT else f"{sip.host}:{sip.port}",
        transport=sip.transport,
        codecs=sip.codecs,
        username=sip.username,
        password=account.password,
        registers=registers,
    )


class Identities:
    """Those of one stack. One that is not used any more is parked, and taken again when it is."""

    def __init__(self, stack: SipStack) -> None:
        self._stack = stack
        self._agents: dict[Identity, UserAgent] = {}
        self._making = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._agents)

    async def agent(self, identity: Identity) -> UserAgent:
        """Raises Busy when there are too many, Unavailable when the stack does not take it."""
        async with self._making:
            if identity not in self._agents:
                if len(self._agents) >= MOST:
                    raise Busy("too many SIP identities since this process began", retry_after=60.0)
                with translated():
                    account = identity.account
                self._agents[identity] = await self._stack.agent(account)
            return self._agents[identity]
