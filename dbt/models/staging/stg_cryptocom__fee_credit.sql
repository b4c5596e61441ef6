{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'fee_credit',
    key=["expiry_date"],
    columns={
        'expiry_date': 'time',
        'available_balance': 'amount',
        'distributed_amount': 'amount',
        'type': 'text',
        'details': 'json',
    },
) }}
