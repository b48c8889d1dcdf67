"""Write a mail as MIME (RFC 5322, 2045–2047, 2231), and refuse what no mail may hold.

Built of the standard library's older classes: those of its newer policy encode long words of
plain ASCII, which breaks the addresses in List-Unsubscribe.
"""

from collections.abc import Mapping
from dataclasses import replace
from email import charset, encoders, policy
from email.errors import MessageError
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr, formatdate, getaddresses, parseaddr

from doorstep.connectors.base import PermanentFailure
from doorstep.connectors.email.base import Attachment, OutgoingEmail

UTF_8 = charset.Charset("utf-8")
UTF_8.body_encoding = charset.QP
# The other encoding costs three times as much in headers, for it is tried letter by letter.
IN_HEADERS = charset.Charset("utf-8")
IN_HEADERS.header_encoding = charset.BASE64


class Wire(policy.Compat32):
    """Line ends as on the wire, and no ">" put before a line that begins with "From ". Headers are
    not folded again: an address longer than a line would leave the header's first line empty."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Most are one short line of ASCII, which need not be taken apart to see that."""
        if value.isascii() and not {"\r", "\n"} & set(value):
            line = f"{name}: {value}"
            if len(line) <= (self.max_line_length or 0):
                return f"{line}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


WIRE = Wire(linesep="\r\n", mangle_from_=False, max_line_length=900)
LONGEST_WORD = 75  # of an encoded word (RFC 2047, 2)
# Written by us from other fields of the mail; `headers` cannot replace them.
OURS = frozenset({"message-id", "auto-submitted", "from", "to", "cc", "bcc", "reply-to", "subject"})
OURS |= {"date", "sender", "return-path", "mime-version", "content-type"}
OURS |= {"content-transfer-encoding"}


def mime_bytes(email: OutgoingEmail) -> bytes:
    """The whole mail with CRLF line ends, in seven bits.

    Raises PermanentFailure for a mail that cannot be built (header_injection, bad_message).
    """
    refuse_header_injection(email)
    try:
        message = _with_attachments(_body(email), email.attachments)
        addresses = {"From": email.from_address, "To": email.to, "Reply-To": email.reply_to}
        for name, address in addresses.items():
            if address or name != "Reply-To":
                message[name] = _address(address, name)
        message["Subject"] = _encoded(email.subject, "Subject")
        message["Date"] = formatdate()
        for name, value in extra_headers(email).items():
            message[name] = _encoded(value, name)
        return message.as_bytes(policy=WIRE)
    except (ValueError, LookupError, MessageError) as error:
        raise PermanentFailure("bad_message", f"The mail cannot be built: {error}") from error


def extra_headers(email: OutgoingEmail) -> dict[str, str]:
    """The headers of the mail besides its addresses, subject and date, ours first."""
    headers = {"Message-ID": f"<{email.message_id}>", "Auto-Submitted": "auto-generated"}
    if email.language:
        headers["Content-Language"] = email.language
    taken = {name.casefold() for name in headers} | OURS
    return headers | {k: v for k, v in email.headers.items() if k.casefold() not in taken}


def attachment_part(attachment: Attachment) -> MIMEBase:
    """The file as a part of a mail; raises ValueError for text that is not UTF-8."""
    maintype, _slash, subtype = attachment.content_type.partition("/")
    part: MIMEBase
    if maintype == "text":
        part = MIMEText(attachment.content.decode(), subtype, "utf-8")
    else:
        part = MIMEBase(maintype, subtype)
        part.set_payload(attachment.content)
        encoders.encode_base64(part)
    for name, value in attachment.params.items():
        part.set_param(name, value)
    name = attachment.name
    filename = name if name.isascii() else ("utf-8", "", name)
    part.add_header("Content-Disposition", "attachment", filename=filename)
    return part


def envelope_address(address: str) -> str:
    """The bare address in ASCII, the domain by IDNA; ValueError if it is not exactly one.

    Letters beyond ASCII before the @ would need SMTPUTF8 (RFC 6531) all the way; refused.
    """
    found = getaddresses([address])
    _name, bare = parseaddr(address)
    local, at, domain = bare.rpartition("@")
    if not (at and local and domain) or len(found) != 1 or " " in bare:
        raise ValueError(f"{address!r} is not an e-mail address")
    if not local.isascii():
        raise ValueError(f"{address!r} has letters before the @ that mail servers do not take")
    return f"{local}@{domain.encode('idna').decode()}"


def with_sender(email: OutgoingEmail, sender: str) -> OutgoingEmail:
    """The mail as sent by `sender`; the name stays unless `sender` brings one. Empty: as it is.

    Raises PermanentFailure (header_injection): a sender that is replaced is looked at, too.
    """
    refuse_header_injection(email)
    if not sender:
        return email
    name, address = parseaddr(sender)
    shown = name or parseaddr(email.from_address)[0]
    return replace(email, from_address=f"{_quoted(shown)} <{address}>" if shown else address)


def refuse_header_injection(email: OutgoingEmail) -> None:
    """Raise PermanentFailure if a value meant for a header holds a line break or a null."""
    values = [email.message_id, email.from_address, email.to, email.reply_to, email.subject]
    values += [email.language, *_words(email.headers)]
    for attachment in email.attachments:
        values += [attachment.name, attachment.content_type, *_words(attachment.params)]
    if any(character in value for value in values for character in "\r\n\x00"):
        raise PermanentFailure("header_injection", "A header of the mail holds a line break.")


# --- Parts -----------------------------------------------------------------------------------


def _body(email: OutgoingEmail) -> Message:
    text = MIMEText(email.text, "plain", UTF_8)  # type: ignore[arg-type]
    if not email.html:
        return text
    # The plain text first: readers show the last part they understand (RFC 2046, 5.1.4).
    return MIMEMultipart("alternative", None, [text, MIMEText(email.html, "html", UTF_8)])  # type: ignore[arg-type]


def _with_attachments(body: Message, attachments: tuple[Attachment, ...]) -> Message:
    if not attachments:
        return body
    return MIMEMultipart("mixed", None, [body, *map(attachment_part, attachments)])


def _address(address: str, header: str) -> str:
    name, bare = parseaddr(address)[0], envelope_address(address)
    return formataddr((name, bare)) if name.isascii() else f"{_encoded(name, header)} <{bare}>"


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded(text: str, header: str) -> str:
    """A value for a header: plain ASCII as it is, anything else in encoded words."""
    if text.isascii():
        return text
    return Header(text, IN_HEADERS, maxlinelen=LONGEST_WORD, header_name=header).encode()


def _words(pairs: Mapping[str, str]) -> list[str]:
    return [*pairs, *pairs.values()]
