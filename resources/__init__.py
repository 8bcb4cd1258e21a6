"""Dagster resources: engines, lake, ledger, warehouse; and the settings they are made from."""
