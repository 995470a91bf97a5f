"""Keeps the lights on: what a machine needs around the house. It takes paths and addresses, imports nothing of ours."""
