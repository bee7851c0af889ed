"""Deployment: parameters of a network → plan → execution that can be killed and resumed → record."""
