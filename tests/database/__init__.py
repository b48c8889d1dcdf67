"""An application of the tests alone: it brings their way to empty the database."""
