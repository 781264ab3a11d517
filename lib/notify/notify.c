/*
 * notify: see include/loket/notify.h
 *
 * RFC 3834 says what an automatic answer must carry; X-Auto-Response-Suppress
 * ([MS-OXCMAIL]) tells the same to Exchange.
 */
#include <loket/header.h>

#include <loket/clock.h>
#include <loket/notify.h>
#include <string.h>

/* RFC 2045 6.7 (5), without the CRLF. */
#define QUOTED_LINE_MAX 76
#define MESSAGE_ID_MAX 250
#define TEXT_TYPE "text/plain; charset=utf-8"
#define HTML_TYPE "text/html; charset=utf-8"
/* Quoted-printable never has these two characters (RFC 2045 6.7). */
#define BOUNDARY "=_loket"

/* RFC 5322 3.2.3 */
static bool
is_atext(char c)
{
	return g_ascii_isalnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* RFC 5322 3.2.3: atoms parted by single dots */
static bool
is_dot_atom(const char *text, size_t length)
{
	bool in_atom = false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '.' ? !in_atom : !is_atext(text[i]))
			return false;
		in_atom = text[i] != '.';
	}
	return in_atom;
}

/* RFC 5322 3.6.4: "[" *dtext "]" */
static bool
is_no_fold_literal(const char *text, size_t length)
{
	if (length < 2 || text[0] != '[' || text[length - 1] != ']')
		return false;
	for (size_t i = 1; i < length - 1; i++)
		if (text[i] <= ' ' || text[i] > '~' || strchr("[]\\", text[i]))
			return false;
	return true;
}

/* The id without its angle brackets; *length is what they enclose. */
static const char *
inside_brackets(const char *id, size_t *length)
{
	*length = strlen(id);
	if (*length < 2 || id[0] != '<' || id[*length - 1] != '>')
		return id;
	*length -= 2;
	return id + 1;
}

bool
message_id_is_valid(const char *id)
{
	if (!id)
		return false;
	size_t length;
	const char *bare = inside_brackets(id, &length);
	if (length + strlen("<>") > MESSAGE_ID_MAX)
		return false;
	const char *at = memchr(bare, '@', length);
	if (!at || !is_dot_atom(bare, (size_t)(at - bare)))
		return false;
	const char *right = at + 1;
	size_t right_length = length - (size_t)(right - bare);
	return is_dot_atom(right, right_length) ||
	       is_no_fold_literal(right, right_length);
}

static void
add_message_id(GString *out, const char *name, const char *id)
{
	size_t length;
	const char *bare = inside_brackets(id, &length);
	g_autofree char *value = g_strdup_printf("<%.*s>", (int)length, bare);
	header_add_plain(out, name, value);
}

static void
add_headers(GString *out, const Notification *notification)
{
	g_autofree char *date =
		clock_rfc5322(notification->at, notification->tz);
	header_add_plain(out, "Date", date ? date : "");
	header_add_mailbox(out, "From", notification->from_name,
			   notification->from_address);
	header_add_mailbox(out, "Reply-To", NULL,
			   notification->reply_to ? notification->reply_to
						  : notification->from_address);
	header_add_mailbox(out, "To", NULL, notification->to);
	header_add_text(out, "Subject", notification->subject);
	add_message_id(out, "Message-ID", notification->message_id);
	if (message_id_is_valid(notification->in_reply_to)) {
		add_message_id(out, "In-Reply-To", notification->in_reply_to);
		add_message_id(out, "References", notification->in_reply_to);
	}
	header_add_plain(out, "Auto-Submitted",
			 notification->is_reply ? "auto-replied"
						: "auto-generated");
	header_add_plain(out, "X-Auto-Response-Suppress", "All");
	header_add_plain(out, "Loket-Loop", notification->loop_mark);
	header_add_plain(out, "MIME-Version", "1.0");
}

/* Valid UTF-8 whose only control characters are LF and tab. */
static char *
clean_text(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *clean = g_string_sized_new(strlen(valid));
	for (const char *p = valid; *p; p += g_utf8_skip[(guchar)*p]) {
		gunichar c = g_utf8_get_char(p);
		if (c == '\r' && p[1] == '\n')
			continue;
		if (c == '\r')
			c = '\n';
		else if (g_unichar_iscntrl(c) && c != '\n' && c != '\t')
			c = ' ';
		if (c < 0x80)
			g_string_append_c(clean, (char)c);
		else
			g_string_append_unichar(clean, c);
	}
	return g_string_free(clean, FALSE);
}

/* White space that ends a line has to be encoded: RFC 2045 6.7 (3). */
static bool
is_literal(const char *p, const char *end)
{
	if (*p == ' ' || *p == '\t')
		return p + 1 < end;
	return *p > ' ' && *p <= '~' && *p != '=';
}

static void
add_encoded(GString *out, guchar byte)
{
	static const char digits[] = "0123456789ABCDEF";
	const char encoded[] = {'=', digits[byte >> 4], digits[byte & 15]};
	g_string_append_len(out, encoded, sizeof(encoded));
}

static void
add_quoted_line(GString *out, const char *line, size_t length)
{
	const char *end = line + length;
	size_t column = 0;
	for (const char *p = line; p < end; p++) {
		size_t width = is_literal(p, end) ? 1 : strlen("=XX");
		if (column + width > QUOTED_LINE_MAX - strlen("=")) {
			g_string_append(out, "=\r\n");
			column = 0;
		}
		if (width == 1)
			g_string_append_c(out, *p);
		else
			add_encoded(out, (guchar)*p);
		column += width;
	}
	g_string_append(out, "\r\n");
}

static void
add_body(GString *out, const char *text)
{
	g_autofree char *clean = clean_text(text);
	const char *line = clean;
	while (*line) {
		size_t length = strcspn(line, "\n");
		add_quoted_line(out, line, length);
		line += length;
		line += *line == '\n';
	}
}

/* One part, or the whole of a mail that has but one: its header, its text. */
static void
add_part(GString *out, const char *type, const char *text)
{
	header_add_plain(out, "Content-Type", type);
	header_add_plain(out, "Content-Transfer-Encoding", "quoted-printable");
	g_string_append(out, "\r\n");
	add_body(out, text);
}

/* RFC 2046 5.1.4: the plainest first. */
static void
add_alternatives(GString *out, const Notification *notification)
{
	header_add_plain(out, "Content-Type",
			 "multipart/alternative; boundary=\"" BOUNDARY "\"");
	g_string_append(out, "\r\n--" BOUNDARY "\r\n");
	add_part(out, TEXT_TYPE, notification->text);
	g_string_append(out, "\r\n--" BOUNDARY "\r\n");
	add_part(out, HTML_TYPE, notification->html);
	g_string_append(out, "\r\n--" BOUNDARY "--\r\n");
}

GBytes *
notification_render(const Notification *notification)
{
	GString *mail = g_string_new(NULL);
	add_headers(mail, notification);
	if (notification->html)
		add_alternatives(mail, notification);
	else
		add_part(mail, TEXT_TYPE, notification->text);
	return g_string_free_to_bytes(mail);
}
