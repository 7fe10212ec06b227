variable "name" {
  description = "Prefix of all names, such as `suffrage-production`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "The name has 3 to 31 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "regional" {
  description = "Whether this stands before one region's ALB, with a web ACL and its log. False: before all regions."
  type        = bool
  default     = true
}

variable "rate_limits" {
  description = "Requests of one address in five minutes: to the whole edge, for tokens (each asks the registrar to sign), and for sessions. A whole household, school or mobile network can stand behind one address."
  type        = object({ all = optional(number, 20000), tokens = optional(number, 2000), sessions = optional(number, 1000) })
  default     = {}

  validation {
    condition     = alltrue([for limit in values(var.rate_limits) : limit >= 10 && limit <= 2000000000])
    error_message = "WAF counts from 10 to 2,000,000,000 requests."
  }
}

variable "blocked_countries" {
  description = "Countries (ISO 3166, two letters) whose requests are refused. Empty: none; voters abroad vote too."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for country in var.blocked_countries : can(regex("^[A-Z]{2}$", country))])
    error_message = "Countries have two capital letters."
  }
}

variable "load_balancer" {
  description = "ARN of the ALB that the chart's ingress has made in this region. Null until it exists: the edge before it comes with a second apply."
  type        = string
  default     = null

  validation {
    condition     = var.load_balancer == null || can(regex("^arn:aws:elasticloadbalancing:[^:]+:[0-9]{12}:loadbalancer/app/", var.load_balancer))
    error_message = "The ARN of an ALB."
  }
}

variable "accelerator" {
  description = "Makes a Global Accelerator with an endpoint group for each region: two addresses that stay when a region is lost."
  type        = bool
  default     = false
}

variable "endpoints" {
  description = "For the accelerator: the ALB of each region and its share of the traffic in percent (`dial`). The failover moves the dials."
  type        = map(object({ load_balancer_arn = string, dial = number }))
  default     = {}

  validation {
    condition     = alltrue([for endpoint in values(var.endpoints) : endpoint.dial >= 0 && endpoint.dial <= 100])
    error_message = "A dial stands between 0 and 100 percent."
  }
  validation {
    condition     = !var.accelerator || length(var.endpoints) > 0
    error_message = "An accelerator leads to at least one region."
  }
}

variable "page" {
  description = "CloudFront before page and results, with a web ACL of its own: its host names, their certificate (in us-east-1), and the page's origin. Null: none."
  type = object({
    hosts           = list(string)
    certificate_arn = string
    origin_host     = string
    price_class     = optional(string, "PriceClass_100")
  })
  default = null

  validation {
    condition     = var.page == null || can(regex("^arn:aws:acm:us-east-1:", var.page.certificate_arn))
    error_message = "CloudFront takes certificates of us-east-1 only."
  }
}

variable "api_gateway" {
  description = "Puts an API Gateway in front of REST, for clients that come by a name of their own (`host`, with its certificate) and share a rate of their own: the HTTPS listener of an internal ALB, the host by which its certificate and the chart know it (`server_name`), and subnets and security groups of the link. With `truststore` (`s3://…`, the CAs) only who shows a certificate comes in. No web ACL can stand before it, so without a truststore nothing limits one client. Votes cost more and answer later through it, and gRPC does not pass. Null: none."
  type = object({
    host                = string
    certificate_arn     = string
    truststore          = optional(string)
    listener_arn        = string
    server_name         = string
    subnet_ids          = list(string)
    security_group_ids  = list(string)
    requests_per_second = optional(number, 10000)
  })
  default = null

  validation {
    condition     = var.api_gateway == null || can(regex("^arn:aws:elasticloadbalancing:[^:]+:[0-9]{12}:listener/", var.api_gateway.listener_arn))
    error_message = "The ARN of a load balancer's listener."
  }
  validation {
    condition     = var.api_gateway == null || try(split(":", var.api_gateway.certificate_arn)[2] == "acm" && split(":", var.api_gateway.certificate_arn)[3] == split(":", var.api_gateway.listener_arn)[3], false)
    error_message = "An API Gateway takes a certificate of ACM in its own region."
  }
  validation {
    condition     = try(var.api_gateway.truststore, null) == null || can(regex("^s3://[^/]+/.+", var.api_gateway.truststore))
    error_message = "The truststore is a file in a bucket: s3://BUCKET/FILE.pem."
  }
}

variable "shield_advanced" {
  description = "Protects load balancer, accelerator and the page with Shield Advanced. The subscription (3,000 dollars a month, for a year) is made by hand, once for the organisation."
  type        = bool
  default     = false
}

variable "log_key_arn" {
  description = "KMS key of the logs of web ACL and API Gateway, of which what stands before all regions has none."
  type        = string
  default     = null

  validation {
    condition     = var.log_key_arn != null || !var.regional && var.api_gateway == null
    error_message = "A key: each log is encrypted with our own."
  }
}
