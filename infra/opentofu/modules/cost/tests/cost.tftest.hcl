mock_provider "aws" {}

variables {
  name                   = "suffrage-test"
  monthly_budget_dollars = 900
  subscribers            = ["operators@example.org"]
  tag                    = { key = "suffrage", value = "test" }
}

run "a_forecast_comes_before_the_bill" {
  command = plan

  assert {
    condition     = length(aws_budgets_budget.month.notification) == 4 && anytrue([for notification in aws_budgets_budget.month.notification : notification.notification_type == "FORECASTED"])
    error_message = "Three steps of what was spent, and the forecast."
  }
  assert {
    condition     = one(aws_budgets_budget.month.cost_filter).values == tolist(["user:suffrage$test"])
    error_message = "Only this installation's costs count, by its tag."
  }
}

run "somebody_is_told" {
  command = plan
  variables { subscribers = [] }
  expect_failures = [var.subscribers]
}
