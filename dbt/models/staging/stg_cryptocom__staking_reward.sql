{#- written by `make generate` from the declared table and its JSON schema -#}
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
