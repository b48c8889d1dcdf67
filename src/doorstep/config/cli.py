"""The command line `doorstep`: Django's own commands and ours, with the database at hand."""

import gc
import os
import sys

import django

from . import embedded_postgres, env

# These look at code only; they must work where no database can run.
_WITHOUT_DATABASE = {
    "compilemessages",
    "makemessages",
    "help",
    "version",
    "--help",
    "--version",
    "roads",
    "bench",
}


def main() -> None:
    """Run one command. Misconfiguration is told in one line, without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.config.settings")
    arguments = sys.argv if len(sys.argv) > 1 else [*sys.argv, "help"]
    if arguments[1] == "demo":
        os.environ.setdefault("DOORSTEP_DEMO", "1")
    try:
        from django.conf import settings
        from django.core.management import execute_from_command_line

        if settings.EMBEDDED_POSTGRES and arguments[1] not in _WITHOUT_DATABASE:
            embedded_postgres.ensure_running(settings.EMBEDDED_POSTGRES)
        load()
        execute_from_command_line(arguments)
    except (env.BadEnvironment, embedded_postgres.EmbeddedPostgresError) as error:
        print(f"doorstep: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # Whoever read us (`| head`) has enough; nothing may be flushed into the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


def load() -> None:
    """Load all apps. What they are made of stays to the end: looking through it for garbage would
    take a fifth of the start, and some time again and again later."""
    gc.disable()
    try:
        django.setup()
        gc.freeze()
    finally:
        gc.enable()


if __name__ == "__main__":
    main()
