"""Finds the bot that somebody means."""

from launcher.demo.client import ApiClient
from launcher.problem import LaunchProblem


async def bot_called(api: ApiClient, named: str) -> str:
    """The id of the bot with that id or name. Raises LaunchProblem for none, or several of one name."""
    bots = await api.all("/bots", state="active")
    found = [bot["id"] for bot in bots if named == bot["id"]] or [bot["id"] for bot in bots if named == bot["name"]]
    if not found:
        known = ", ".join(sorted({bot["name"] for bot in bots})) or "there is none"
        raise LaunchProblem(f"no bot is called {named}; active bots: {known}")
    if len(found) > 1:
        raise LaunchProblem(f"{len(found)} bots are called {named}; say which: {', '.join(found)}")
    return str(found[0])
