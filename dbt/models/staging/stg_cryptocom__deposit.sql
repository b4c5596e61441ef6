{#- written by `make generate` from the declared table and its JSON schema -#}
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
