"""Where a trunk's password belongs, so that it opens for no other trunk."""

from domain.ids import BrandId, TrunkId


def about_password(brand: BrandId, trunk_id: TrunkId) -> str:
    return f"{brand}|trunk:{trunk_id}|password"
