{#- made by books/staging_models.py from the JSON schema of the table; `make models` makes it anew -#}
{{ cryptocom.staging(
    'instrument_fee_rate',
    key=["instrument_name"],
    columns={
        'instrument_name': 'text',
        'effective_maker_rate_bps': 'amount',
        'effective_taker_rate_bps': 'amount',
    },
) }}
