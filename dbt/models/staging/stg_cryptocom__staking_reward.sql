{#- made by books/staging_models.py from the JSON schema of the table; `make models` makes it anew -#}
{{ cryptocom.staging(
    'staking_reward',
    key=["staking_inst_name", "reward_inst_name", "event_time"],
    columns={
        'staking_inst_name': 'text',
        'reward_inst_name': 'text',
        'event_time': 'time',
        'underlying_inst_name': 'text',
        'reward_quantity': 'amount',
        'staked_balance': 'amount',
    },
) }}
