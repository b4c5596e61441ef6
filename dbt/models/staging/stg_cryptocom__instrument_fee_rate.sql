{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'instrument_fee_rate',
    key=["instrument_name"],
    columns={
        'instrument_name': 'text',
        'effective_maker_rate_bps': 'amount',
        'effective_taker_rate_bps': 'amount',
        'request_time': 'time',
    },
) }}
