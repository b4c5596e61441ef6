{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'open_stake',
    key=["staking_id"],
    columns={
        'staking_id': 'text',
        'account': 'text',
        'instrument_name': 'text',
        'underlying_inst_name': 'text',
        'side': 'text',
        'quantity': 'amount',
        'status': 'text',
        'cycle_id': 'text',
        'create_time': 'time',
    },
) }}
