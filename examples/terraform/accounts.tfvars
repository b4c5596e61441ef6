# Syncs are spread over the hour, so that not all of them start in one minute.
accounts = {
  treasury = {
    start_date = "2026-06-01T00:00:00Z"
    prefix     = "treasury_"
    cron       = "0 0 * * * ? UTC"
  }
  desk_a = {
    start_date = "2026-06-01T00:00:00Z"
    prefix     = "desk_a_"
    cron       = "0 10 * * * ? UTC"
  }
  desk_b = {
    start_date = "2026-06-01T00:00:00Z"
    prefix     = "desk_b_"
    cron       = "0 20 * * * ? UTC"
  }
}
