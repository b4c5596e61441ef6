{#- The columns of every check. `certain` says when a difference is one; otherwise it may be a row that is still on its
    way, or one from before the first day that was read.

    row_table, row_key  the raw table and the key of the row that is missing or says something else; none for a sum
    is_missing          whether that row is missing
    order_id            the order that the row or the sum belongs to
    since               where a sum is one over a time: its beginning
    detail              what is wrong in words, where no amount is
    of_each_fill        there are as many rows as fills or orders: those that come out even say nothing, and `counted`
                        makes one of them
    comparisons         how many a row stands for -#}
{% macro comparison(
    subject, instrument_name, happened_at, what, expected, found, certain, tolerance='0', account='source_account',
    row_table=none, row_key=none, is_missing='false', order_id=none, detail=none, since='null', proved='true',
    of_each_fill=false
) -%}
{%- set text = dbt.type_string() -%}
{%- set difference = cryptocom.as_amount(found) ~ ' - ' ~ cryptocom.as_amount(expected) -%}
{%- set uneven = 'case when abs(' ~ difference ~ ') <= ' ~ tolerance ~ ' then null else ' if of_each_fill else '' -%}
{%- set end = ' end' if of_each_fill else '' -%}
    {{ account }} as source_account,
    {{ uneven }}{{ subject }}{{ end }} as subject,
    {{ uneven }}{{ instrument_name }}{{ end }} as instrument_name,
    {{ uneven }}{{ happened_at }}{{ end }} as happened_at,
    {{ uneven }}{{ what }}{{ end }} as what,
    {{ uneven }}{{ cryptocom.as_amount(expected) }}{{ end }} as expected,
    {{ uneven }}{{ cryptocom.as_amount(found) }}{{ end }} as found,
    {{ uneven }}{{ difference }}{{ end }} as difference,
    case
        when abs({{ difference }}) <= {{ tolerance }} then 'equal'
        {%- if proved != 'true' %}
        when not ({{ proved }}) then 'unproved'
        {%- endif %}
        when {{ certain }} then 'different'
        else 'unsettled'
    end as status,
    cast({{ uneven }}{{ row_table or 'null' }}{{ end }} as {{ text }}) as row_table,
    cast({{ uneven }}{{ row_key or 'null' }}{{ end }} as {{ text }}) as row_key,
    {{ uneven }}{{ is_missing }}{{ end }} as is_missing,
    cast({{ uneven }}{{ order_id or 'null' }}{{ end }} as {{ text }}) as order_id,
    cast({{ since }} as {{ dbt.type_timestamp() }}) as since,
    cast({{ uneven }}{{ detail or 'null' }}{{ end }} as {{ text }}) as detail,
    1 as comparisons
{%- endmacro %}

{#- As many comparisons that came out even as `comparisons` says, where a model has counted them before. -#}
{% macro even(comparisons, account='source_account') -%}
{%- set text = dbt.type_string() -%}
{%- set timestamp = dbt.type_timestamp() -%}
    {{ account }} as source_account,
    cast(null as {{ text }}) as subject,
    cast(null as {{ text }}) as instrument_name,
    cast(null as {{ timestamp }}) as happened_at,
    cast(null as {{ text }}) as what,
    {{ cryptocom.as_amount('null') }} as expected,
    {{ cryptocom.as_amount('null') }} as found,
    {{ cryptocom.as_amount('null') }} as difference,
    'equal' as status,
    cast(null as {{ text }}) as row_table,
    cast(null as {{ text }}) as row_key,
    cast(null as {{ dbt.type_boolean() }}) as is_missing,
    cast(null as {{ text }}) as order_id,
    cast(null as {{ timestamp }}) as since,
    cast(null as {{ text }}) as detail,
    {{ comparisons }} as comparisons
{%- endmacro %}

{#- Of comparisons `of_each_fill`, those that come out even as one row of each account: to write each takes long. -#}
{% macro counted() -%}
select
    source_account, subject, instrument_name, happened_at, what, expected, found, difference, status, row_table, row_key,
    is_missing, order_id, since, detail, sum(comparisons) as comparisons
from (
{{ caller() }}
) as compared
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
{%- endmacro %}

{#- The same for what is no amount: 1 is expected, and found where `agrees` holds. `detail` is null where it does. -#}
{% macro agreement(
    subject, instrument_name, happened_at, what, agrees, certain, detail, account='source_account', row_table=none,
    row_key=none, is_missing='false', order_id=none, of_each_fill=false
) -%}
    {{ cryptocom.comparison(
        subject, instrument_name, happened_at, what, '1', 'case when ' ~ agrees ~ ' then 1 else 0 end', certain,
        account=account, row_table=row_table, row_key=row_key, is_missing=is_missing, order_id=order_id, detail=detail,
        of_each_fill=of_each_fill
    ) }}
{%- endmacro %}

{#- Text of anything; a question mark for nothing. -#}
{% macro shown(expression) -%}coalesce(cast({{ expression }} as {{ dbt.type_string() }}), '?'){%- endmacro %}

{#- For checks that read much of the market. -#}
{% macro unless_left_out(check) -%}{{ ' and 1 = 0' if check in var('cryptocom_checks_left_out') }}{%- endmacro %}

{#- Sums of what the exchange rounds one by one. -#}
{% macro rounding() -%}{{ cryptocom.as_amount("'0.00000001'") }}{%- endmacro %}

{% macro zero() -%}{{ cryptocom.as_amount(0) }}{%- endmacro %}

{#- From one observed state to the next: what was there, and what was moved since, is what is there.

    observed   source_account, name, observed_at, quantity
    moved      source_account, name, moved_at, quantity
    table      that holds the state: read without a row, it says that nothing was there -#}
{% macro chain(observed, moved, what, table, is_certain=true) -%}
observed as (
    {{ observed }}
),

moved as (
    {{ moved }}
),

moment as (
    select
        source_account,
        observed_at,
        lag(observed_at) over (partition by source_account order by observed_at) as previous_at
    from (
        select source_account, observed_at from observed
        union distinct
        select source_account, moment_at from {{ ref('cryptocom', 'cryptocom__table_reading') }}
        where table_name = '{{ table }}' and is_there and row_count = 0 and moment_at is not null
    ) as moments
),

name as (
    select distinct source_account, name from observed
    union distinct
    select distinct source_account, name from moved
),

{# What is not in a snapshot is zero. #}
state as (
    select
        moment.source_account,
        name.name,
        moment.observed_at,
        moment.previous_at,
        coalesce(observed.quantity, {{ cryptocom.zero() }}) as quantity
    from moment
    inner join name on name.source_account = moment.source_account
    left join observed
        on observed.source_account = moment.source_account
        and observed.observed_at = moment.observed_at
        and observed.name = name.name
),

step as (
    select
        state.*,
        coalesce(
            lag(state.quantity) over (partition by state.source_account, state.name order by state.observed_at),
            {{ cryptocom.zero() }}
        ) as previous_quantity
    from state
),

{# The request for the state takes a moment, and clocks differ: what was moved within a minute of it may be in it or not. #}
summed as (
    select
        step.source_account,
        step.name,
        step.observed_at,
        step.previous_at,
        step.previous_quantity,
        step.quantity,
        coalesce(sum(moved.quantity), {{ cryptocom.zero() }}) as moved,
        coalesce(sum(case
            when moved.moved_at <= {{ cryptocom.minutes_later('step.observed_at', -1) }} then moved.quantity
        end), {{ cryptocom.zero() }}) as moved_before,
        max(moved.moved_at) as last_moved_at
    from step
    left join moved
        on moved.source_account = step.source_account
        and moved.name = step.name
        and moved.moved_at <= step.observed_at
        and (step.previous_at is null or moved.moved_at > step.previous_at)
    group by
        step.source_account, step.name, step.observed_at, step.previous_at, step.previous_quantity, step.quantity
),

judged as (
    select
        summed.*,
        case
            when summed.previous_quantity + summed.moved_before = summed.quantity
            then summed.previous_quantity + summed.moved_before
            else summed.previous_quantity + summed.moved
        end as expected,
        (reading.last_fill_time is null or reading.last_fill_time < {{ cryptocom.minutes_later('summed.observed_at', -15) }})
        and (
            reading.last_ledger_time is null
            or reading.last_ledger_time < {{ cryptocom.minutes_later('summed.observed_at', -15) }}
        ) as is_quiet,
        summed.observed_at < (
            select max(later.observed_at) from moment as later where later.source_account = summed.source_account
        ) as is_followed
    from summed
    left join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = summed.source_account
)

{#- What an account held before the first day that was read is not known, unless it began empty. Where everything is
    explained by beginning at zero, it is proved all the same; where it is not, the next sync will tell. #}
select
    {{ cryptocom.comparison(
        subject='name',
        instrument_name='name',
        happened_at='observed_at',
        what="'" ~ what ~ "'",
        expected='expected',
        found='quantity',
        certain='is_quiet or is_followed' if is_certain else 'false',
        proved='true' if var('cryptocom_began_empty') else 'previous_at is not null',
        since='previous_at',
    ) }},
    previous_at,
    last_moved_at
from judged
{%- endmacro %}

{% macro checks() -%}
    {{ return([
        'fills_add_up_to_their_orders',
        'fills_have_an_order',
        'fills_fit_their_order',
        'orders_fit_themselves',
        'fills_are_in_the_ledger',
        'entries_fit_their_fill',
        'movements_are_in_the_ledger',
        'transfers_are_in_the_ledger',
        'ledger_leads_from_balance_to_balance',
        'fills_lead_to_positions',
        'stakes_lead_to_stakes',
        'nothing_open_vanishes',
        'fired_orders_have_their_child',
        'executions_have_their_order',
        'columns_are_filled',
        'no_row_comes_twice',
        'positions_cost_what_was_paid',
        'settlements_come_regularly',
        'wallet_is_worth_its_balances',
        'balance_history_has_no_gap',
        'lists_name_what_rows_name',
        'tax_events_explain_the_ledger',
        'candles_agree_with_trades',
        'no_gap_between_syncs',
    ]) }}
{%- endmacro %}

{#- Of the market: they prove nothing about the account. -#}
{% macro market_checks() -%}{{ return(['candles_agree_with_trades', 'no_gap_between_syncs']) }}{%- endmacro %}
