"""The Console's bill of materials."""

import os

from dependency_injector import containers, providers

from adapters.environment.settings import EnvironmentSettings
from adapters.http.transport import Transport
from adapters.system.logging import configure_logging
from adapters.system.serving import serve, stop_on_signals
from applications.console.proxy import ApiProxy
from ports.settings import Settings


class Container(containers.DeclarativeContainer):
    """It has no store and no rule of its own: pages, and a way to the API."""

    settings = providers.Dependency(instance_of=Settings)
    proxy = providers.Singleton(ApiProxy, settings.provided.api_url, providers.Factory(Transport))
    serve = providers.Object(serve)
    stop_on_signals = providers.Object(stop_on_signals)


def container() -> Container:
    """From the environment. Raises InvalidValue that names every setting that is wrong."""
    settings = EnvironmentSettings(os.environ, None).load()
    configure_logging("console", settings)
    return Container(settings=settings)
