"""What a command is told when it cannot be done; here by itself, for `rose` reads it before anything else."""


class Trouble(Exception):
    """One sentence for whoever typed the command."""
