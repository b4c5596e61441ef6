#!/usr/bin/env bash
# Guess: Snowpark's local testing computes NUMBER(38,18) with Python's Decimal, and so exactly, as Snowflake does.
# Seen:  snowflake-snowpark-python 1.56.0: text cast to NUMBER(38,18) loses its last digit, 62841.92 * 0.5 is
#        31420.959999999999126885, and the sum of 99999999999999999999 and 1 is 100000000000000000000 only by rounding:
#        with 62841.92 beside them it is 100000000000000065536. Types and scales look right.
# So:    a test of amounts that passes there proves nothing, nor one that fails.
source "$(dirname "$0")/lib/sandbox.bash"
install 'snowflake-snowpark-python[localtest]==1.56.0' pandas==3.1.1 numpy==2.4.6
python -W ignore - <<'PY'
from decimal import Decimal

from snowflake.snowpark import Session
from snowflake.snowpark.functions import col, sum as total
from snowflake.snowpark.types import DecimalType

session = Session.builder.config("local_testing", True).create()
number = DecimalType(38, 18)
rows = [("0.123456789012345678", "1"), ("62841.92", "0.5"), ("99999999999999999999", "1")]
frame = session.create_dataframe(rows, schema=["price", "quantity"])
price, quantity = col("price").cast(number), col("quantity").cast(number)
cast = frame.select(price).collect()[0][0]
product = frame.select(price * quantity).collect()[1][0]
((sums,),) = frame.select(total(price)).collect()
print(cast, product, sums, sep="\n")
assert cast == Decimal("0.123456789012345680")
assert product == Decimal("31420.959999999999126885")
assert sums == Decimal("100000000000000065536")
PY
