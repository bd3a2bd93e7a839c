"""Phones that register: by digest, or trusted by their address."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contract_tests.carrier import digest
from contract_tests.carrier.dialog import answer_to, new_tag
from contract_tests.carrier.digest import Credentials
from contract_tests.carrier.message import Malformed, Message, address, parameters, uri, user_of
from contract_tests.carrier.transactions import Served

LONGEST = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Where a user can be called; `until` on the monotonic clock."""

    contact: str
    until: float


@dataclass(slots=True, kw_only=True)
class Registrar:
    """`accounts` by user. Whoever sends from one of `trusted` hosts need not prove anything."""

    accounts: Mapping[str, Credentials] = field(default_factory=dict)
    trusted: frozenset[str] = frozenset()
    bindings: dict[str, Binding] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    _nonces: set[str] = field(default_factory=set)

    def where(self, user: str, now: float) -> tuple[str, int, str]:
        """Host, port and transport of a registered phone. Raises KeyError."""
        binding = self.bindings[user]
        if binding.until <= now:
            raise KeyError(user)
        target = uri(binding.contact)
        return target.host, target.port or 5060, target.transport

    def register(self, served: Served, now: float) -> None:
        request = served.request
        user = user_of(request.first("To"))
        to = f"{request.first('To')};tag={new_tag()}"
        if served.wire.host not in self.trusted and not self.may(served, [self.accounts.get(user)], 401, to):
            return
        try:
            contacts = self._bind(request, user, now)
        except Malformed:
            served.respond(answer_to(request, 400, to=to))
            return
        served.respond(answer_to(request, 200, to=to, headers=contacts))

    def may(self, served: Served, accounts: Sequence[Credentials | None], status: int, to: str) -> bool:
        """Whether the request proves to be one account's; answers it with a challenge, or 403, when not."""
        request = served.request
        given = digest.fields(request.first("Authorization" if status == 401 else "Proxy-Authorization"))
        known = [account for account in accounts if account is not None]
        if any(digest.is_right(account, request.method, given, frozenset(self._nonces)) for account in known):
            return True
        if given.get("nonce") in self._nonces or not known:
            self.refused.append(user_of(request.first("From")))
            served.respond(answer_to(request, 403, to=to))
            return False
        served.respond(answer_to(request, status, to=to, headers=(self._challenge(known[0], status),)))
        return False

    def _challenge(self, account: Credentials, status: int) -> tuple[str, str]:
        nonce = secrets.token_hex(16)
        self._nonces.add(nonce)
        name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
        return name, digest.challenge(account, nonce)

    def _bind(self, request: Message, user: str, now: float) -> tuple[tuple[str, str], ...]:
        """What is registered now, as the answer tells it. Raises Malformed."""
        for contact in request.listed("Contact"):
            expires = parameters(contact.rpartition(">")[2]).get("expires") or request.first("Expires") or str(LONGEST)
            if not expires.isdecimal():
                raise Malformed("an Expires that is no number")
            if int(expires) == 0:
                self.bindings.pop(user, None)
            else:
                seconds = min(int(expires), LONGEST)
                self.bindings[user] = Binding(contact=address(contact).uri, until=now + seconds)
        kept = self.bindings.get(user)
        return () if kept is None else (("Contact", f"<{kept.contact}>;expires={round(kept.until - now)}"),)
