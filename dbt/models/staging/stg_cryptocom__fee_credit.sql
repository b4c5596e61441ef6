{#- made by books/staging_models.py from the JSON schema of the table; `make models` makes it anew -#}
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
