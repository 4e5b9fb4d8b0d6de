"""What every command that measures needs: made once a command, handed on as one thing."""

from advices.workshop.workshop import Workshop

__all__ = ["Workshop"]
