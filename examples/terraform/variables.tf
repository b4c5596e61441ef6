variable "server_url" {
  description = "API root of Airbyte: its own address and /api/public/v1/. The default is that of abctl."
  type        = string
  default     = "http://localhost:8000/api/public/v1/"
}

variable "client_id" {
  description = "Client id of an Airbyte application (Settings, Applications)."
  type        = string
}

variable "client_secret" {
  description = "Its secret."
  type        = string
  sensitive   = true
}

variable "workspace_id" {
  description = "Workspace that sources and connections are created in."
  type        = string
}

variable "destination_id" {
  description = "Destination that all connections write to."
  type        = string
}

variable "docker_repository" {
  description = "Where the image has been pushed to, without its tag."
  type        = string
  default     = "source-cryptocom"
}

variable "docker_image_tag" {
  description = "The image's tag; `make image` gives it the tag dev."
  type        = string
  default     = "0.2.0"
}

variable "accounts" {
  description = "Per account: first day of history, prefix of its tables, and when to sync (Quartz, UTC)."
  type = map(object({
    start_date = string
    prefix     = string
    cron       = string
  }))
}

variable "api_keys" {
  description = "Per account: a key that can only read. Give it as TF_VAR_api_keys, not in a file."
  type = map(object({
    api_key    = string
    api_secret = string
  }))
  sensitive = true
}
