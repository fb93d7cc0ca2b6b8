"""Django's settings, made from the one typed environment (environment.py). Nothing here reads variables itself."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from shouwang import clock
from shouwang.site import database_url, environment, logs

env = environment.load()
if env.clock and not clock.is_moved():
    clock.move_to(clock.parse(env.clock))
HERE = Path(__file__).parent

SECRET_KEY = env.secret_key
DEBUG = env.debug
ALLOWED_HOSTS = env.allowed_hosts
USE_TZ = True
TIME_ZONE = env.time_zone
LANGUAGE_CODE = env.language
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "shouwang.site.urls"
WSGI_APPLICATION = "shouwang.site.wsgi.application"
APPEND_SLASH = True

DATABASES = {"default": database_url.parse_url(env.database_url) if env.database_url else {}}

ROOMS = [
    "measures",
    "journal",
    "ui",
    "intake",
    "accounts",
    "areas",
    "command",
    "residents",
    "health",
    "codes",
    "certification",
    "gates",
    "bulletins",
    "site",
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    *(f"shouwang.{room}" for room in ROOMS),
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "shouwang.site.metrics.RequestMetrics",
    "shouwang.site.logs.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shouwang.site.headers.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "shouwang.accounts.activity.SessionActivity",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shouwang.site.gatekeeper.Gatekeeper",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shouwang.site.shell.shell",
            ],
        },
    }
]

# Sign-in: allauth keeps password, second factor and sessions; axes counts failures in the database, for all workers.
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesBackend", "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "shouwang.accounts.adapter.AccountAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_FORMS = {
    "login": "shouwang.accounts.forms.SignIn",
    "change_password": "shouwang.accounts.forms.NewPassword",
    "reauthenticate": "shouwang.accounts.forms.PasswordAgain",
}
# A district's whole office may sign in at eight through one address; guessing at one account is axes' business.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "60/m/ip"}
MFA_ADAPTER = "shouwang.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "shouwang.accounts.forms.SecondStep",
    "reauthenticate": "shouwang.accounts.forms.CodeAgain",
    "activate_totp": "shouwang.accounts.forms.FirstCode",
    "add_webauthn": "shouwang.accounts.forms.NewPasskey",
    "edit_webauthn": "shouwang.accounts.forms.RenamedPasskey",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Shouwang 守望"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = env.mode != "production"
SECOND_FACTOR_REQUIRED = env.mode == "production"
USERSESSIONS_TRACK_ACTIVITY = True
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "shouwang.accounts.lockout.answer"
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "shouwang.accounts.lockout.name_tried"
AXES_CLIENT_IP_CALLABLE = "shouwang.accounts.lockout.caller"
# Whoever knocks on a locked door does not keep its owner out for longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_SENSITIVE_PARAMETERS = ["login", "username", "ip_address", "code", "credential", "csrfmiddlewaretoken"]
# Who signed in stands in the journal; a second log without end would be one too many.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.mode == "production"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = env.csrf_trusted_origins
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 365 * 86400 if env.mode == "production" else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.mode == "production" else None

# Read by residents/key_ring.py. A city brings its own ring; a ring made silently would hide that the old one is lost.
KEY_RING_FILE = env.key_ring_file
KEY_RING_MUST_EXIST = env.mode == "production"

# Read by residents/sms.py: who sends the codes by which residents sign in.
SMS = env.sms
HOLD_OPERATORS = env.hold_operators

# Read by codes/code_keys.py and codes/feed.py.
CODE_KEYS_DIR = env.code_keys
CODE_KEYS_MUST_EXIST = env.mode == "production"
FEED_DIR = env.data_dir / "feed"

STATIC_URL = "/static/"
STATIC_ROOT = env.data_dir / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = env.debug
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
MEDIA_ROOT = env.data_dir / "files"

# In the database: limits of sign-in and used one-time codes must hold for all workers (accounts/migrations/0002).
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_counts"}}
SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING_CONFIG = None
logs.configure(env.log_format, env.log_level)
PROCRASTINATE_ON_APP_READY = "shouwang.site.schedule.register"
