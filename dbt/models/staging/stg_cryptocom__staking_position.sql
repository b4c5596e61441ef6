{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'staking_position',
    key=["instrument_name"],
    columns={
        'instrument_name': 'text',
        'underlying_inst_name': 'text',
        'staked_quantity': 'amount',
        'pending_staked_quantity': 'amount',
        'pending_unstaked_quantity': 'amount',
        'reward_eligible_quantity': 'amount',
    },
) }}
