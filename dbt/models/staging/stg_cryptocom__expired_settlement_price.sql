{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'expired_settlement_price',
    key=["instrument", "expiry_time"],
    columns={
        'instrument': 'text',
        'expiry_time': 'time',
        'value': 'price',
        'timestamp': 'time',
    },
) }}
