{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'funding_rate',
    key=["instrument", "timestamp"],
    columns={
        'instrument': 'text',
        'timestamp': 'time',
        'value': 'price',
    },
) }}
