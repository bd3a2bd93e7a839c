"""The stage as the control surface sees a container."""

from dataclasses import dataclass

from applications.core.use_cases.check_core import CheckCore
from applications.core.use_cases.order_call import OrderCall
from applications.core.use_cases.report_health import ReportHealth
from applications.core.use_cases.take_call import TakeCall
from ports.settings import Settings
from tests.core.stage import SECRET, Stage


@dataclass(frozen=True, slots=True)
class StageApp:
    stage: Stage
    secret: str = SECRET

    def settings(self) -> Settings:
        return Settings(core_secret=self.secret)

    def take_call(self) -> TakeCall:
        return self.stage.take_call

    def order_call(self) -> OrderCall:
        return self.stage.order_call

    def report_health(self) -> ReportHealth:
        return self.stage.report_health

    def check_core(self) -> CheckCore:
        return CheckCore(calls=self.stage.calls, runner=self.stage.host, outbox=self.stage.outbox)
