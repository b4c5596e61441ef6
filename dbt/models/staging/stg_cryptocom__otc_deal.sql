{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'otc_deal',
    key=["deal_id"],
    columns={
        'deal_id': 'text',
        'quote_id': 'text',
        'quote_req_id': 'text',
        'cl_deal_id': 'text',
        'deal_type': 'text',
        'deal_status': 'text',
        'settlement_arrangement': 'text',
        'leg_list': 'json',
        'create_time_ns': 'nanoseconds',
        'update_time_ns': 'nanoseconds',
        'settle_time_ns': 'nanoseconds',
    },
) }}
