"""The mail that the connectors' tests send."""

from doorstep.connectors.email.base import Attachment, OutgoingEmail

CALENDAR = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Besuch – café\r\nEND:VCALENDAR\r\n".encode()
)
LINK = f"https://book.example.com/unsubscribe/{'a1B2' * 30}"
UNSUBSCRIBE = {
    "List-Unsubscribe": f"<{LINK}>, <mailto:off@acme.example>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}
EMAIL = OutgoingEmail(
    message_id="notice-7@book.example.com",
    from_address="Acme Repairs <hello@acme.example>",
    to="Zoë Müller <zoe@example.com>",
    reply_to="office@acme.example",
    subject="Your visit on Thursday – café",
    text="We come at 10:00–12:00.",
    html="<p>We come at <b>10:00–12:00</b>.</p>",
    language="de",
    headers=UNSUBSCRIBE,
    attachments=(Attachment("visit.ics", "text/calendar", CALENDAR, {"method": "REQUEST"}),),
)
