{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'withdrawal',
    key=["id"],
    columns={
        'id': 'text',
        'currency': 'text',
        'amount': 'amount',
        'fee': 'amount',
        'status': 'text',
        'address': 'text',
        'txid': 'text',
        'network_id': 'text',
        'client_wid': 'text',
        'create_time': 'time',
        'update_time': 'time',
    },
) }}
