{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'mark_price',
    key=["instrument", "timestamp"],
    columns={
        'instrument': 'text',
        'timestamp': 'time',
        'value': 'price',
    },
) }}
