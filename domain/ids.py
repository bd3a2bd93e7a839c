"""The names by which things are known; all are opaque strings to everybody but their maker."""

from typing import NewType

BrandId = NewType("BrandId", str)
UserId = NewType("UserId", str)
ApiKeyId = NewType("ApiKeyId", str)
BotId = NewType("BotId", str)
CampaignId = NewType("CampaignId", str)
LeadId = NewType("LeadId", str)
AttemptId = NewType("AttemptId", str)
CallId = NewType("CallId", str)
ImportId = NewType("ImportId", str)
ServerId = NewType("ServerId", str)
TrunkId = NewType("TrunkId", str)
TargetId = NewType("TargetId", str)
DeliveryId = NewType("DeliveryId", str)
EventId = NewType("EventId", str)

DEFAULT_BRAND = BrandId("default")
"""The one brand that the embedded default has."""
