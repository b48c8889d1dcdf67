"""What is particular about each mail provider (ESP) that django-anymail speaks to.

To add one that anymail has, add its entry; a new kind of option is a new setting of the connector.
Amazon SES is left out because it needs Amazon's own client; its SMTP endpoint works with ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Question:
    """A request that shows whether the key is right and changes nothing.

    `path` is relative to the address of the API; `{key}` and `{sender_domain}` are filled in.
    """

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    json: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Esp:
    """`api_key` and `signing_key` are anymail's names for the keys; `options` and `needs` are the
    settings it knows besides, and those it cannot do without.

    `signs_always`: its reports are worth nothing without the signing key. `signed_by_api_key`:
    the API key serves as one. `takes_metadata`: hands our Message-ID back in its reports.
    """

    label: str
    webhook_view: str
    api_key: str = "api_key"
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    signing_key: str = ""
    signs_always: bool = False
    signed_by_api_key: bool = False
    takes_metadata: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    # Addresses of the API by region, where the region is not an option of its own.
    regions: Mapping[str, str] = field(default_factory=dict)
    default_url: str = ""
    question: Question | None = None


ESPS = {
    "brevo": Esp(
        "Brevo",
        "BrevoTrackingWebhookView",
        default_url="https://api.brevo.com/v3/",
        question=Question("account", headers={"api-key": "{key}"}),
    ),
    "mailersend": Esp(
        "MailerSend",
        "MailerSendTrackingWebhookView",
        api_key="api_token",
        signing_key="signing_secret",
        signs_always=True,
        takes_metadata=False,
    ),
    "mailgun": Esp(
        "Mailgun",
        "MailgunTrackingWebhookView",
        options=("sender_domain",),
        signing_key="webhook_signing_key",
        signed_by_api_key=True,
        regions={"eu": "https://api.eu.mailgun.net/v3"},
        default_url="https://api.mailgun.net/v3/",
        question=Question("domains/{sender_domain}", user="api"),
    ),
    "mailjet": Esp(
        "Mailjet",
        "MailjetTrackingWebhookView",
        options=("secret_key",),
        needs=("secret_key",),
    ),
    "mailtrap": Esp(
        "Mailtrap",
        "MailtrapTrackingWebhookView",
        api_key="api_token",
        signing_key="tracking_secret",
    ),
    "mandrill": Esp(
        "Mandrill",
        "MandrillCombinedWebhookView",
        signing_key="webhook_key",
        signs_always=True,
        default_url="https://mandrillapp.com/api/1.0/",
        question=Question("users/ping2.json", json={"key": "{key}"}),
    ),
    "postal": Esp(
        "Postal",
        "PostalTrackingWebhookView",
        needs=("api_url",),
        signing_key="webhook_key",
        signs_always=True,
        takes_metadata=False,
    ),
    "postmark": Esp(
        "Postmark",
        "PostmarkTrackingWebhookView",
        api_key="server_token",
        options=("message_stream",),
        # Without it, Postmark replaces our Message-ID.
        headers={"X-PM-KeepID": "true"},
        default_url="https://api.postmarkapp.com/",
        question=Question("server", headers={"X-Postmark-Server-Token": "{key}"}),
    ),
    "resend": Esp("Resend", "ResendTrackingWebhookView"),
    "scaleway": Esp(
        "Scaleway",
        "",  # sends no reports
        api_key="secret_key",
        options=("project_id", "region"),
        needs=("project_id",),
        takes_metadata=False,
    ),
    "sparkpost": Esp(
        "SparkPost",
        "SparkPostTrackingWebhookView",
        options=("subaccount",),
        regions={"eu": "https://api.eu.sparkpost.com/api/v1"},
        default_url="https://api.sparkpost.com/api/v1/",
        question=Question("account", headers={"Authorization": "{key}"}),
    ),
    "unisender_go": Esp(
        "Unisender Go",
        "UnisenderGoTrackingWebhookView",
        needs=("api_url",),
        signing_key="api_key",
        signed_by_api_key=True,
    ),
}
