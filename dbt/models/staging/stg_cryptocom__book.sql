{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'book',
    key=["instrument", "timestamp"],
    columns={
        'instrument': 'text',
        'timestamp': 'time',
        'depth': 'integer',
        'bids': 'json',
        'asks': 'json',
    },
) }}
