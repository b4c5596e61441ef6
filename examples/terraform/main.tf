# One source and one connection for each account in `accounts`: sub-accounts, desks, or just one.
#
#   terraform init && terraform apply -var-file=accounts.tfvars
#
# For a self-managed Airbyte: Airbyte Cloud takes no Docker image of a connector of one's own.

terraform {
  required_version = ">= 1.5"
  required_providers {
    airbyte = {
      source  = "airbytehq/airbyte"
      version = ">= 1.0"
    }
  }
}

provider "airbyte" {
  server_url    = var.server_url
  client_id     = var.client_id
  client_secret = var.client_secret
}

# The image must be where the cluster's nodes can pull it from; on abctl, load it with kind first.
resource "airbyte_source_definition" "cryptocom" {
  workspace_id      = var.workspace_id
  name              = "Crypto.com Exchange"
  docker_repository = var.docker_repository
  docker_image_tag  = var.docker_image_tag
}

resource "airbyte_source" "account" {
  for_each = var.accounts

  workspace_id  = var.workspace_id
  name          = "Crypto.com ${each.key}"
  definition_id = airbyte_source_definition.cryptocom.id
  configuration = jsonencode({
    api_key     = var.api_keys[each.key].api_key
    api_secret  = var.api_keys[each.key].api_secret
    start_date  = each.value.start_date
    environment = "production"
  })
}

resource "airbyte_connection" "account" {
  for_each = var.accounts

  name                                 = "Crypto.com ${each.key}"
  source_id                            = airbyte_source.account[each.key].source_id
  destination_id                       = var.destination_id
  prefix                               = each.value.prefix
  status                               = "active"
  non_breaking_schema_updates_behavior = "propagate_columns"

  schedule = {
    schedule_type   = "cron"
    cron_expression = each.value.cron
  }

  configurations = {
    streams = [
      { name = "order_history", sync_mode = "incremental_deduped_history" },
      { name = "user_trade", sync_mode = "incremental_deduped_history" },
      { name = "transaction", sync_mode = "incremental_deduped_history" },
      { name = "advanced_order_history", sync_mode = "incremental_deduped_history" },
      { name = "deposit", sync_mode = "incremental_deduped_history" },
      { name = "withdrawal", sync_mode = "incremental_deduped_history" },
      { name = "user_balance", sync_mode = "full_refresh_overwrite" },
      { name = "user_position", sync_mode = "full_refresh_overwrite" },
      { name = "open_order", sync_mode = "full_refresh_overwrite" },
    ]
  }
}

# Market data are the same for every account: one source without a key reads them.
resource "airbyte_source" "market" {
  workspace_id  = var.workspace_id
  name          = "Crypto.com market"
  definition_id = airbyte_source_definition.cryptocom.id
  configuration = jsonencode({
    candlestick_timeframes = ["1h", "1D"]
    hours_between_syncs    = 0
  })
}

resource "airbyte_connection" "market" {
  name           = "Crypto.com market"
  source_id      = airbyte_source.market.source_id
  destination_id = var.destination_id
  status         = "active"

  schedule = {
    schedule_type   = "cron"
    cron_expression = "0 0 */6 * * ? UTC"
  }

  configurations = {
    streams = [
      { name = "instrument", sync_mode = "full_refresh_overwrite" },
      { name = "ticker", sync_mode = "incremental_append" },
      { name = "trade", sync_mode = "incremental_deduped_history" },
      { name = "candlestick", sync_mode = "incremental_deduped_history" },
    ]
  }
}
