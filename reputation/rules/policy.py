"""The numbers of the point rule, as one version of a guild's policy states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from types import MappingProxyType
from typing import Any


def exact(value: Decimal | int | str) -> Decimal:
    """The number as a Decimal; a float is refused, because 1.15 as a float is not 1.15."""
    if isinstance(value, float):
        raise TypeError(f"The point rule takes no floats: write Decimal('{value}').")
    return Decimal(value)


def plain(value: Decimal) -> str:
    """A decimal as text without exponent or needless zeros: as JSON numbers they would come back as floats."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _factors(**numbers: str) -> dict[str, Decimal]:
    return {name: Decimal(number) for name, number in numbers.items()}


@dataclass(frozen=True)
class PointPolicy:
    """Every number of the point rule; the defaults are policy version 1. Factors are Decimals, never floats."""

    version: int = 1
    points_per_hour: int = 10
    difficulty: Mapping[str, Decimal] = field(default_factory=lambda: _factors(XS="0.8", S="1.0", M="1.25", L="1.5"))
    quality: Mapping[int, Decimal] = field(
        default_factory=lambda: dict(enumerate(map(Decimal, ("0", "0.5", "1.0", "1.15", "1.3")), start=1))
    )
    approval_needs_rubric: int = 2
    estimate_cap: Decimal = Decimal("1.5")
    week_full_minutes: int = 600
    week_half_minutes: int = 600
    open_work_minutes: int = 60
    import_difficulty: str = "S"
    import_rubric: int = 3
    review_points: int = 2
    review_paid_within_days: int = 7
    review_paid_per_week: int = 10

    def __post_init__(self) -> None:
        for name in ("difficulty", "quality"):
            numbers = {key: exact(value) for key, value in getattr(self, name).items()}
            object.__setattr__(self, name, MappingProxyType(numbers))
        object.__setattr__(self, "estimate_cap", exact(self.estimate_cap))

    @classmethod
    def of(cls, policy: Any) -> PointPolicy:
        """The rule's numbers out of a guild's policy row (`guilds.models.Policy`, or anything shaped like it).

        The row spells its factors out (`difficulty_xs`, `quality_1`); numbers it doesn't have keep their default.
        """
        spelled = {"difficulty", "quality"}
        names = [f.name for f in fields(cls) if f.name not in spelled and hasattr(policy, f.name)]
        return cls(
            **{name: getattr(policy, name) for name in names},
            difficulty={size: getattr(policy, f"difficulty_{size.lower()}") for size in ("XS", "S", "M", "L")},
            quality={rubric: getattr(policy, f"quality_{rubric}") for rubric in range(1, 6)},
        )
