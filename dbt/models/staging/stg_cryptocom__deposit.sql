{#- made by books/staging_models.py from the JSON schema of the table; `make models` makes it anew -#}
{{ cryptocom.staging(
    'deposit',
    key=["id"],
    columns={
        'id': 'text',
        'currency': 'text',
        'amount': 'amount',
        'fee': 'amount',
        'status': 'text',
        'address': 'text',
        'source_address': 'text',
        'txid': 'text',
        'network_id': 'text',
        'create_time': 'time',
        'update_time': 'time',
    },
) }}
