{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'currency_network',
    key=["currency", "network_id"],
    columns={
        'currency': 'text',
        'network_id': 'text',
        'full_name': 'text',
        'default_network': 'text',
        'withdraw_enabled': 'boolean',
        'withdrawal_fee': 'amount',
        'min_withdrawal_amount': 'amount',
        'deposit_enabled': 'boolean',
        'confirmation_required': 'integer',
        'update_time': 'time',
    },
) }}
