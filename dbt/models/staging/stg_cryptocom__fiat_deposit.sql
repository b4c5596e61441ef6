{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'fiat_deposit',
    key=["id"],
    columns={
        'id': 'text',
        'account_id': 'text',
        'currency': 'text',
        'amount': 'amount',
        'amount_in_usd': 'amount',
        'fee_currency': 'text',
        'fee_amount': 'amount',
        'fee_amount_in_usd': 'amount',
        'fee': 'amount',
        'payment_network': 'text',
        'status': 'text',
        'created_at': 'time',
        'updated_at': 'time',
        'completed_at': 'time',
        'vendor_transaction_id': 'text',
    },
) }}
