"""Models and migrations say the same."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_model_says_what_no_migration_does() -> None:
    """Stops with what is missing when a model was changed and its migration forgotten."""
    call_command("makemigrations", "--check", "--dry-run", verbosity=3)
