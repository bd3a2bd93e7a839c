"""`./cxb settings`: every setting with its value, where that comes from, and what it means."""

from launcher.container import settings_source


def show_settings() -> int:
    """Prints the table; raises InvalidValue afterwards when something in it is wrong."""
    source = settings_source()
    rows = source.rows()
    width = max(len(row.name) for row in rows)
    for row in rows:
        print(f"{row.name:<{width}}  {row.value or '(empty)'}  [{row.source}]")
        print(f"{'':<{width}}  {row.meaning}")
    source.load()
    return 0
