"""The API's own description, held against the API: cases that schemathesis makes of it, sent to a furnished brand."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CheckContext
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, missing_required_header, positive_data_acceptance

from tests.api.furnished import Good
from tests.api.house import House, built, house

LEFT_OUT: Final = [ignored_auth, missing_required_header, positive_data_acceptance]
"""Credentials are sent with every case, so what happens without them is asked in `test_matrix.py`; the last one is
asked more precisely below."""

NAMES: Final = frozenset(
    {"bot_id", "to", "caller_number", "phone", "url", "email", "current", "version", "call_id"} | {"trunk_id", "number"}
)
"""Fields of bodies whose right values are known to the brand, and to no schema."""

UNSAYABLE: Final = re.compile(
    r"is no number|must be E\.164|no such bot|no bot of yours|must lie ahead|must lie after starts_at"
    r"|must close after it opens|needs least ≤ most|must be days from 0|is not the password|must be an email address"
    r"|must begin with https://|is not an address|must hold no user|must be an address of at most"
    r"|must be a host name or an address|must be an address or a network|no SIP user has|is needed to register"
    r"|must name each codec once"
    r"|no SIP trunk of yours|must be a time zone|is what callers are to be told"
    r"|must be an ISO 3166 code|^columns|the file is empty"
    r"|Expected `int`, got `float`"  # JSON Schema takes 2.0 for a whole number
)
"""Reasons for refusing what fits the description: what one field says of another, and what only the world knows."""


def no_unsaid_rule(_: CheckContext, response: Response, case: Case[Any]) -> None:
    """A request that fits the description is refused as malformed only for what no schema can say."""
    if response.status_code != 400 or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    problem: Any = response.json() if response.content else {"reason": "cursor"}  # HEAD says nothing
    if problem["reason"] == "cursor":
        return
    errors = problem["errors"]
    unsaid = [each for each in errors if not UNSAYABLE.search(f"{each['field']} {each['reason']}")]
    assert errors, f"refused without a reason: {response.text}"
    assert not unsaid, f"refused for a rule that the document does not tell: {unsaid}"


def operations() -> dict[str, tuple[str, str, Mapping[str, Any]]]:
    """Method, path and description by id."""
    schema = built().app.openapi_schema.to_schema()
    return {
        operation["operationId"]: (method.upper(), path.removeprefix("/api/v1"), operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


@dataclass(slots=True, kw_only=True)
class Documented:
    """The app with its description. `succeeded` are the operations that have answered with a 2xx."""

    house: House
    schema: Any
    operations: Mapping[str, Any]
    cases: int = 0
    succeeded: set[str] = field(default_factory=set)

    def credentials(self, name: str, role: str) -> dict[str, str]:
        """Headers by which the operation lets one in."""
        schemes = schemes_of(self.operations[name].definition.raw)
        if "person" in schemes:
            return {"authorization": f"Bearer {self.house.ours.tokens[role]}"}
        if "crm" in schemes:
            return {"X-API-Key": self.house.ours.keys["good"]}
        return {"X-CXBCore-Secret": self.house.container.settings().core_secret} if "internal" in schemes else {}

    def send(self, name: str, case: Case[Any], role: str = "admin") -> Response:
        """Of the brand as it was furnished. Raises a failure of any check, with the case as a curl command."""
        self.house.kept.restore()
        self.cases += 1
        case.headers.update(self.credentials(name, role))
        response: Response = case.call_and_validate(additional_checks=[no_unsaid_rule], excluded_checks=LEFT_OUT)
        if 200 <= response.status_code < 300:
            self.succeeded.add(name)
        return response

    def succeed(self, name: str, good: Good, role: str = "admin") -> Response:
        media_type = "text/csv" if isinstance(good.body, bytes) else "application/json"
        case = self.operations[name].Case(
            path_parameters=dict(good.path),
            query=dict(good.query),
            headers=dict(good.headers),
            body=good.body if good.body is not None else NOT_SET,
            media_type=media_type if good.body is not None else None,
        )
        return self.send(name, case, role)

    def covering(self, name: str) -> Iterator[Case[Any]]:
        """Every limit and type of the operation's parameters and body, kept and broken, one after another."""
        yield from self.schema.iter_coverage_cases(
            self.operations[name],
            generation_modes=list(GenerationMode),
            generation_config=self.schema.config.generation_for(operation=self.operations[name]),
        )

    def drawn(self, name: str, mode: GenerationMode, examples: int) -> Iterable[Case[Any]]:
        """Drawn by hypothesis, the same ones each time."""
        found: list[Case[Any]] = []

        @given(case=self.operations[name].as_strategy(generation_mode=mode))
        @hypothesis_settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def collect(case: Case[Any]) -> None:
            found.append(case)

        try:
            collect()
        except Unsatisfiable:
            return []  # an operation that takes nothing cannot be given anything wrong
        return found


def schemes_of(operation: Mapping[str, Any]) -> set[str]:
    return {scheme for need in operation["security"] for scheme in need}


def believable(case: Case[Any], good: Good) -> Case[Any]:
    """The case, with things that are there where it names any: else most would be 404, and say nothing."""
    meta = case.meta
    if good.path and not (meta and meta.is_negative_at(ParameterLocation.PATH)):
        case.path_parameters = dict(good.path)
    if meta is None or not meta.generation.mode.is_positive:
        return case
    if case.query:
        case.query = {name: value for name, value in case.query.items() if name != "after"}
    body: Any = case.body
    if isinstance(body, dict) and isinstance(good.body, dict):
        body = {**body, **{name: good.body[name] for name in NAMES & body.keys() & good.body.keys()}}
        if isinstance(body.get("plan"), dict):
            body["plan"] = {name: value for name, value in body["plan"].items() if name != "ends_at"}
        case.body = body
    return case


def documented() -> Documented:
    """The description as the app serves it."""
    config = SchemathesisConfig(seed=20_260)
    config.projects.default.generation.update(allow_x00=False)  # the document says in words that no text has one
    home = house()
    schema: Any = schemathesis.openapi.from_asgi("/api/v1/openapi.json", home.app, config=config)
    found = (result.ok() for result in schema.get_all_operations())
    operations = {operation.definition.raw["operationId"]: operation for operation in found}
    return Documented(house=home, schema=schema, operations=operations)
