"""Amounts up to 2^256 in SQL, exact on both engines: they sort, compare and add up as numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Dialect, FunctionElement, TypeDecorator, types
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from vitrine.errors import AmountError
from vitrine.units import MAX_UINT256

DIGITS: Final = len(str(MAX_UINT256))
SQLITE_SUM: Final = "exact_sum"


class Uint(TypeDecorator[int]):
    """An unsigned integer of up to 256 bits: NUMERIC(78, 0) on PostgreSQL.

    SQLite has no such number: there it is text of 78 digits, led by zeros: text order is number order.
    """

    impl = types.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        kind: Any = types.Numeric(DIGITS, 0) if dialect.name == "postgresql" else types.Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not 0 <= value <= MAX_UINT256:
            raise AmountError(f"{value} is not an unsigned number of 256 bits", "Rebuild the index")
        return Decimal(value) if dialect.name == "postgresql" else str(value).zfill(DIGITS)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else int(value)


class total(FunctionElement[int]):  # noqa: N801 - reads as an SQL function
    """Exact sum of a `Uint` column; 0 over nothing."""

    type = Uint()
    name = "total"
    inherit_cache = True


@compiles(total)
def _total(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    inner = compiler.process(element.clauses, **options)
    return f"coalesce(sum({inner}), 0)"


@compiles(total, "sqlite")
def _total_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return f"coalesce({SQLITE_SUM}({compiler.process(element.clauses, **options)}), '0')"


class ExactSum:
    """The aggregate behind `total` on SQLite."""

    def __init__(self) -> None:
        self._sum = 0

    def step(self, value: str | None) -> None:
        self._sum += int(value or 0)

    def finalize(self) -> str:
        return str(self._sum)
