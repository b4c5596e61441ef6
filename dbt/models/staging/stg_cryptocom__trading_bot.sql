{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'trading_bot',
    key=["bot_id"],
    columns={
        'bot_id': 'text',
        'bot_type': 'text',
        'display_name': 'text',
        'state': 'text',
        'reason': 'text',
        'migrated': 'boolean',
        'settings': 'json',
        'execution_summary': 'json',
        'create_time': 'time',
        'update_time': 'time',
        'end_time': 'time',
    },
) }}
