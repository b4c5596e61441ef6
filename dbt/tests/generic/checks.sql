{#- What must hold: a row is a difference that nothing explains. -#}
{% test does_not_differ(model, check_name) %}
select * from {{ model }} where check_name = '{{ check_name }}' and status = 'different'
{% endtest %}

{#- What the exchange leaves open: rows that may be on their way, or that lie before the first day that was read. -#}
{% test is_settled(model, check_name) %}
select * from {{ model }} where check_name = '{{ check_name }}' and status = 'unsettled'
{% endtest %}
