{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'open_convert',
    key=["convert_id"],
    columns={
        'convert_id': 'text',
        'from_instrument_name': 'text',
        'to_instrument_name': 'text',
        'from_quantity': 'amount',
        'to_quantity': 'amount',
        'expected_rate': 'amount',
        'actual_rate': 'amount',
        'slippage_tolerance_bps': 'amount',
        'status': 'text',
        'create_time': 'time',
    },
) }}
