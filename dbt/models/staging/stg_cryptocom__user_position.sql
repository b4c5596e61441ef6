{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'user_position',
    key=["account_id", "instrument_name", "isolation_id"],
    columns={
        'account_id': 'text',
        'instrument_name': 'text',
        'isolation_id': 'text',
        'isolation_type': 'text',
        'type': 'text',
        'quantity': 'quantity',
        'cost': 'amount',
        'open_pos_cost': 'amount',
        'open_position_pnl': 'amount',
        'session_pnl': 'amount',
        'update_time': 'time',
        'snapshot_time': 'time',
    },
    snapshot=true,
) }}
