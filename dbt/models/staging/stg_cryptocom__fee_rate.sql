{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'fee_rate',
    key=[],
    columns={
        'spot_tier': 'text',
        'deriv_tier': 'text',
        'effective_spot_maker_rate_bps': 'amount',
        'effective_spot_taker_rate_bps': 'amount',
        'effective_deriv_maker_rate_bps': 'amount',
        'effective_deriv_taker_rate_bps': 'amount',
    },
) }}
