"""The memory twin of password hashers: salted as the real one, and fast."""

import hashlib
import hmac
import secrets

from ports.password_hasher import PasswordHasher


class MemoryPasswordHasher(PasswordHasher):
    """For tests only: fast hashes are found out fast."""

    async def hash(self, password: str) -> str:
        salt = secrets.token_hex(8)
        return f"{salt}${_digest(salt, password)}"

    async def matches(self, password: str, password_hash: str | None) -> bool:
        salt, _, kept = (password_hash or "").partition("$")
        return hmac.compare_digest(kept.encode("utf-8", "surrogatepass"), _digest(salt, password).encode())


def _digest(salt: str, password: str) -> str:
    return hashlib.sha256(f"{salt}${password}".encode("utf-8", "surrogatepass")).hexdigest()
