{#- Pairs of rows of two tables that tell of the same event, where no row names the other: the nearest in time, each row
    once. Gives the CTE `name` with left_key and right_key. A pair is taken where each is the nearest to the other; what
    that leaves is asked again, as often as `rounds` says.

    candidates  a CTE with left_key, right_key, distance (not negative), and left_number, right_number: the place of a
                row among its equals, so that of equal rows of one moment the first goes with the first -#}
{% macro nearest_pairs(name, candidates, rounds=4) -%}
{%- for number in range(1, rounds + 1) -%}
{%- set open = candidates if loop.first else name ~ '_left_' ~ (number - 1) %}
{{ name }}_ranked_{{ number }} as (
    select
        left_key,
        right_key,
        row_number() over (
            partition by left_key order by distance, abs(left_number - right_number), right_number, right_key
        ) as from_left,
        row_number() over (
            partition by right_key order by distance, abs(left_number - right_number), left_number, left_key
        ) as from_right
    from {{ open }}
),

{{ name }}_{{ number }} as (
    select left_key, right_key from {{ name }}_ranked_{{ number }} where from_left = 1 and from_right = 1
),
{% if not loop.last %}
{{ name }}_left_{{ number }} as (
    select candidate.*
    from {{ open }} as candidate
    left join {{ name }}_{{ number }} as taken_left on taken_left.left_key = candidate.left_key
    left join {{ name }}_{{ number }} as taken_right on taken_right.right_key = candidate.right_key
    where taken_left.left_key is null and taken_right.right_key is null
),
{% endif %}
{%- endfor %}
{{ name }} as (
    {%- for number in range(1, rounds + 1) %}
    select left_key, right_key from {{ name }}_{{ number }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)
{%- endmacro %}

{#- Seconds between two times, never negative. -#}
{% macro seconds_apart(first, second) -%}abs({{ dbt.datediff(first, second, 'second') }}){%- endmacro %}
