"""All settings. What differs between installations comes from the environment
(docs/reference/configuration.md)."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from . import embedded_postgres, env, map_tiles

# Lets code say ModelForm[Account], which Django's own classes do not all allow.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(env.text("DOORSTEP_HOME", str(Path(__file__).resolve().parents[3])))
VAR_DIR = Path(env.text("DOORSTEP_VAR", str(BASE_DIR / "var")))
NODE_MODULES = BASE_DIR / "node_modules"
# Compiled code is kept here; the folder of the source may not be ours to write to.
os.environ.setdefault("NUMBA_CACHE_DIR", str(VAR_DIR / "numba"))

# --- Who may ask, and how it is reached ----------------------------------------------------------

IS_DEMO = env.flag("DOORSTEP_DEMO", False)
DEBUG = env.flag("DOORSTEP_DEBUG", False)
PUBLIC_URL = env.text("DOORSTEP_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
DOORSTEP_PUBLIC_URL = PUBLIC_URL
IS_HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = env.words("DOORSTEP_HOSTS", urlsplit(PUBLIC_URL).hostname or "127.0.0.1")
if not IS_HTTPS:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] + [
    f"https://{host}" for host in ALLOWED_HOSTS if IS_HTTPS and host != "*"
]
# How many proxies of ours stand in front; their forwarded headers are believed, no others.
TRUSTED_PROXIES = env.number("DOORSTEP_TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def _own_secret(name: str) -> str:
    """A random secret kept under var/ for installations that set none."""
    path = VAR_DIR / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(fresh)  # atomic: of two processes starting at once, one wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


SECRET_KEY = env.text("DOORSTEP_SECRET_KEY", "") or _own_secret("secret-key")
# The first encrypts what is stored, all decrypt; apart from SECRET_KEY so that it can be rotated.
DOORSTEP_SECRET_KEYS = env.words("DOORSTEP_ENCRYPTION_KEYS") or [_own_secret("encryption-key")]

# --- What it is made of ---------------------------------------------------------------------------

INSTALLED_APPS = [
    # Before unfold: our frame of its pages stands in for its own.
    "doorstep.interfaces.office",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin.apps.SimpleAdminConfig",  # the office registers on a site of its own
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    # Before allauth: our pages stand in for its own.
    "doorstep.interfaces.portal",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "doorstep.platform.events",
    "doorstep.platform.identity",
    "doorstep.platform.audit",
    "doorstep.domain.organization",
    "doorstep.domain.places",
    "doorstep.domain.customers",
    "doorstep.domain.resources",
    "doorstep.domain.work",
    "doorstep.domain.bookings",
    "doorstep.domain.tracking",
    "doorstep.domain.surveys",
    "doorstep.domain.calendars",
    "doorstep.domain.notifications",
    "doorstep.interfaces.technician",
    "doorstep.interfaces.web",
    "doorstep.demo",
    "doorstep.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "doorstep.interfaces.web.middleware.ClientAddressMiddleware",
    "doorstep.interfaces.web.middleware.BadInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "doorstep.interfaces.web.middleware.PortalMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "doorstep.interfaces.web.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "doorstep.interfaces.web.middleware.StaffMfaMiddleware",
]

ROOT_URLCONF = "doorstep.config.urls"
ASGI_APPLICATION = "doorstep.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "doorstep.interfaces.web.context.page",
            ],
            "builtins": ["doorstep.interfaces.web.templatetags.ui"],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database and jobs ----------------------------------------------------------------------------


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise env.BadEnvironment("DATABASE_URL must begin with postgresql://")
    options: dict[str, object] = dict(parse_qsl(parts.query))
    host = str(options.pop("host", "")) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": parts.port or "",
        # What the pool hands out is alive, also after the database was restarted.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **options,
            "connect_timeout": 5,
            # The driver prepares nothing: platform/lib/pipeline.py does.
            "prepare_threshold": None,
            # Nobody waits for ever, whatever goes wrong (reliability reference F12).
            # And what is prepared is planned once: those statements go by indexes, whatever the
            # values.
            "options": "-c statement_timeout=10000 -c lock_timeout=3000 "
            "-c plan_cache_mode=force_generic_plan "
            "-c idle_in_transaction_session_timeout=60000",
            "pool": {"min_size": 1, "max_size": env.number("DOORSTEP_POOL", 16, minimum=1),
                     "timeout": 5, "max_idle": 120},
        },
    }  # fmt: skip


# Some poolers cannot keep them.
PREPARED_STATEMENTS = env.flag("DOORSTEP_PREPARED_STATEMENTS", True)
DATABASE_URL = env.text("DATABASE_URL", "")
EMBEDDED_POSTGRES = None if DATABASE_URL else embedded_postgres.cluster_at(VAR_DIR / "postgres")
DATABASES = {
    "default": _database(DATABASE_URL or (EMBEDDED_POSTGRES.url if EMBEDDED_POSTGRES else ""))
}
# In the database: limits on sign-in and search count for all processes together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "doorstep_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

# --- Sign-in --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
     "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "portal:home"

ACCOUNT_ADAPTER = "doorstep.interfaces.portal.sign_in.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "doorstep.interfaces.portal.sign_in.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "website"
# The invitation was sent to the address, and sign-up is open to its holder alone.
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_CHANGE_EMAIL = True
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_TEMPLATE_EXTENSION = "html"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
# Staff must have a second factor; demo people are sent straight in.
REQUIRE_STAFF_MFA = env.flag("DOORSTEP_REQUIRE_STAFF_MFA", not IS_DEMO and not DEBUG)


def _openid_providers() -> list[dict[str, object]]:
    """DOORSTEP_OIDC names providers; each has DOORSTEP_OIDC_<NAME>_URL, _CLIENT_ID, _SECRET and
    _LABEL."""
    providers: list[dict[str, object]] = []
    for name in env.words("DOORSTEP_OIDC"):
        prefix = f"DOORSTEP_OIDC_{name.upper().replace('-', '_')}"
        providers.append(
            {
                "provider_id": name,
                "name": env.text(f"{prefix}_LABEL", name.title()),
                "client_id": env.text(f"{prefix}_CLIENT_ID"),
                "secret": env.text(f"{prefix}_SECRET"),
                "settings": {"server_url": env.text(f"{prefix}_URL"), "uid_field": "sub"},
            }
        )
    return providers


SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": _openid_providers()}
}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_ONLY = False

# --- Live pages -----------------------------------------------------------------------------------

# Open streams of one process, and of them from one address; whoever comes later asks now and then.
LIVE_STREAMS = env.number("DOORSTEP_LIVE_STREAMS", 2000)
LIVE_STREAMS_PER_ADDRESS = env.number("DOORSTEP_LIVE_STREAMS_PER_ADDRESS", 100)
# Without tiles the map is drawn on plain paper: no tile host learns where customers live unless the
# operator has chosen one.
MAP_TILES = map_tiles.from_environment()

# --- Cookies, headers -----------------------------------------------------------------------------

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
if IS_HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    LANGUAGE_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    # Preloading concerns the whole domain and cannot be taken back: its owner's decision.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "doorstep.interfaces.web.views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", *([MAP_TILES.source] if MAP_TILES else [])],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("pt", "Português"),
    ("ar", "العربية"),
    ("he", "עברית"),
]
LOCALE_PATHS = [BASE_DIR / "src" / "doorstep" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # instants; people's zones come from the place of work
OFFICE_LANGUAGE = _("Office")

# --- Files ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
# Nothing is collected: see SERVESTATIC_USE_FINDERS.
STATIC_ROOT = None
# Table of places for the built-in geocoder; None: the demo city.
DOORSTEP_OFFLINE_GEOCODER = env.text("DOORSTEP_OFFLINE_GEOCODER", "") or None
# Road files of the built-in road engine.
DOORSTEP_ROADS = Path(env.text("DOORSTEP_ROADS", str(VAR_DIR / "roads")))
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STATICFILES_DIRS = [
    ("vendor/htmx", NODE_MODULES / "htmx.org" / "dist"),
    ("vendor/leaflet", NODE_MODULES / "leaflet" / "dist"),
    ("vendor/fonts/inter", NODE_MODULES / "@fontsource-variable" / "inter"),
    ("vendor/fonts/source-sans-3", NODE_MODULES / "@fontsource-variable" / "source-sans-3"),
    ("vendor/fonts/nunito", NODE_MODULES / "@fontsource-variable" / "nunito"),
    ("vendor/fonts/lora", NODE_MODULES / "@fontsource-variable" / "lora"),
    ("vendor/fonts/atkinson-hyperlegible",
     NODE_MODULES / "@fontsource" / "atkinson-hyperlegible"),
    ("vendor/fonts/noto-sans-arabic", NODE_MODULES / "@fontsource-variable" / "noto-sans-arabic"),
    ("vendor/fonts/noto-sans-hebrew", NODE_MODULES / "@fontsource-variable" / "noto-sans-hebrew"),
]  # fmt: skip
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Served straight from where they lie: no collecting step between an edit and the page.
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = DEBUG

# --- E-mail ---------------------------------------------------------------------------------------

EMAIL_BACKEND = env.text("DOORSTEP_EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.text("DOORSTEP_SMTP_HOST", "127.0.0.1")
EMAIL_PORT = env.number("DOORSTEP_SMTP_PORT", 8025 if IS_DEMO else 25, minimum=1)
EMAIL_HOST_USER = env.text("DOORSTEP_SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("DOORSTEP_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.flag("DOORSTEP_SMTP_STARTTLS", False)
EMAIL_USE_SSL = env.flag("DOORSTEP_SMTP_TLS", False)
EMAIL_TIMEOUT = 60
DEFAULT_FROM_EMAIL = env.text("DOORSTEP_FROM_EMAIL", "Doorstep <noreply@localhost>")
# The domain part of Message-IDs.
MESSAGE_ID_DOMAIN = env.text(
    "DOORSTEP_MESSAGE_ID_DOMAIN", urlsplit(PUBLIC_URL).hostname or "localhost"
)

# --- Office ---------------------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": _("Doorstep office"),
    "SITE_HEADER": _("Doorstep"),
    "SITE_SUBHEADER": _("Office"),
    "SITE_SYMBOL": "door_front",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": False,
    "SIDEBAR": {"show_search": True, "navigation": "doorstep.interfaces.office.navigation.sidebar"},
    "ENVIRONMENT": "doorstep.interfaces.office.navigation.environment",
}

# --- Log ------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("DOORSTEP_LOG_LEVEL", "INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "mail.log": {"level": "WARNING"},
    },
}
