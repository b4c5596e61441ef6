{{ config(alias='stakes_lead_to_stakes') }}
with {{ cryptocom.chain(
    'select source_account, instrument_name as name, observed_at, quantity from '
        ~ ref('cryptocom', 'int_cryptocom__stake_snapshot'),
    cryptocom.staked_movements(),
    'staked quantity', 'staking_position', is_certain=false,
) }}
