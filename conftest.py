"""Gives the CDK's standard tests their scenarios and options."""

pytest_plugins = ["airbyte_cdk.test.standard_tests.pytest_hooks"]
