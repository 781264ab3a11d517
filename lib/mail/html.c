/* html: see html.h */
#include <string.h>

#include <glib.h>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>

#include "html.h"

/* Line ends in a row, and quotes within quotes, that are shown. */
#define BREAKS_MAX 2
#define QUOTES_SHOWN_MAX 8

/* libxml2 keeps two for each attribute of an element, and two spare. It begins
 * with 22, doubles them when they are used up, and compares each attribute with
 * all before it. */
#define ATTRIBUTE_SLOTS_MAX (2 * HTML_ATTRIBUTES_MAX + 4)

/* A charset is named so early, by the standard of HTML. */
#define CHARSET_WITHIN 1024

/* What an open element does to the text, until it ends. */
typedef struct Element {
	unsigned effects;
	char *href;	   /* of a link, else NULL */
	size_t link_start; /* of a link's text in out */
	unsigned n_items;  /* of a list, so far */
} Element;

enum Effect {
	LINE = 1 << 0,	    /* begins and ends a line */
	PARAGRAPH = 1 << 1, /* an empty line before and after */
	SKIP = 1 << 2,	    /* not shown */
	QUOTE = 1 << 3,
	PRE = 1 << 4, /* white space counts */
	BULLETS = 1 << 5,
	NUMBERS = 1 << 6,
	ITEM = 1 << 7,
	CELL = 1 << 8,
	BREAK = 1 << 9,
	LINK = 1 << 10,
	IMAGE = 1 << 11,
	REST = 1 << 12, /* a quote that does not end */
};

typedef struct Writer {
	htmlParserCtxtPtr parser;
	const char *rest; /* of the source, that the parser has not seen */
	size_t rest_bytes;
	GString *out;
	GArray *open;	 /* Element */
	char *marker;	 /* owed before the next text: that of a list item */
	unsigned breaks; /* line ends owed before the next text */
	bool space;	 /* a space owed before the next text */
	unsigned skips;	 /* open elements with each effect */
	unsigned quotes;
	unsigned pres;
	bool is_cut;
} Writer;

typedef struct ElementRule {
	const char *name;
	unsigned effects;
} ElementRule;

/* Sorted by name. */
static const ElementRule element_rules[] = {
	{"a", LINK},
	{"address", LINE},
	{"article", LINE},
	{"blockquote", PARAGRAPH | QUOTE},
	{"br", BREAK},
	{"center", LINE},
	{"dd", LINE},
	{"div", LINE},
	{"dl", PARAGRAPH},
	{"dt", LINE},
	{"footer", LINE},
	{"form", LINE},
	{"h1", PARAGRAPH},
	{"h2", PARAGRAPH},
	{"h3", PARAGRAPH},
	{"h4", PARAGRAPH},
	{"h5", PARAGRAPH},
	{"h6", PARAGRAPH},
	{"head", SKIP},
	{"header", LINE},
	{"hr", LINE},
	{"img", IMAGE},
	{"li", LINE | ITEM},
	{"object", SKIP},
	{"ol", PARAGRAPH | NUMBERS},
	{"p", PARAGRAPH},
	{"pre", PARAGRAPH | PRE},
	{"script", SKIP},
	{"section", LINE},
	{"select", SKIP},
	{"style", SKIP},
	{"svg", SKIP},
	{"table", LINE},
	{"td", CELL},
	{"template", SKIP},
	{"textarea", SKIP},
	{"th", CELL},
	{"title", SKIP},
	{"tr", LINE},
	{"ul", PARAGRAPH | BULLETS},
};

/* How mail clients mark quoted text; a class matches as one of several. */
static const struct {
	const char *attribute;
	const char *value;
	unsigned effects;
} markers[] = {
	{"class", "gmail_quote_container", QUOTE},
	{"class", "gmail_quote", QUOTE},
	{"class", "gmail_attr", QUOTE},
	{"class", "yahoo_quoted", QUOTE},
	{"class", "moz-cite-prefix", QUOTE},
	{"class", "protonmail_quote", QUOTE},
	{"class", "tutanota_quote", QUOTE},
	{"class", "zmail_extra", QUOTE},
	{"class", "OutlookMessageHeader", REST},
	{"id", "OLK_SRC_BODY_SECTION", QUOTE},
	{"id", "mail-editor-reference-message-container", QUOTE},
	{"id", "appendonsend", REST},
	{"id", "divRplyFwdMsg", REST},
	{"id", "stopSpelling", REST},
	{"name", "quote", QUOTE},
};

static int
compare_rule(const void *name, const void *rule)
{
	return strcmp(name, ((const ElementRule *)rule)->name);
}

static const char *
attribute(const xmlChar **attributes, const char *name)
{
	for (; attributes && attributes[0]; attributes += 2)
		if (strcmp((const char *)attributes[0], name) == 0)
			return (const char *)attributes[1];
	return NULL;
}

static bool
has_attribute(const xmlChar **attributes, const char *name)
{
	for (; attributes && attributes[0]; attributes += 2)
		if (strcmp((const char *)attributes[0], name) == 0)
			return true;
	return false;
}

static bool
has_word(const char *words, const char *word)
{
	size_t length = strlen(word);
	for (words += strspn(words, " \t\n"); *words;
	     words += strspn(words, " \t\n")) {
		size_t n = strcspn(words, " \t\n");
		if (n == length && memcmp(words, word, n) == 0)
			return true;
		words += n;
	}
	return false;
}

static unsigned
effects_of_markers(const xmlChar **attributes)
{
	unsigned effects = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(markers); i++) {
		const char *value = attribute(attributes, markers[i].attribute);
		if (value && has_word(value, markers[i].value))
			effects |= markers[i].effects;
	}
	return effects;
}

/* The style without white space, to look for `property:value` in it. */
static bool
has_style(const xmlChar **attributes, const char *style)
{
	const char *value = attribute(attributes, "style");
	g_autofree char *tight = g_ascii_strdown(value ? value : "", -1);
	char *to = tight;
	for (const char *from = tight; *from; from++)
		if (!g_ascii_isspace(*from))
			*to++ = *from;
	*to = '\0';
	return strstr(tight, style) != NULL;
}

static unsigned
effects_of(const char *name, const xmlChar **attributes)
{
	const ElementRule *rule =
		bsearch(name, element_rules, G_N_ELEMENTS(element_rules),
			sizeof(element_rules[0]), compare_rule);
	unsigned effects = rule ? rule->effects : 0;
	if (!attributes)
		return effects;
	/* editors indent with a blockquote that has no border */
	if ((effects & QUOTE) && !attribute(attributes, "type") &&
	    has_style(attributes, "border:none"))
		effects &= ~(unsigned)QUOTE;
	if (has_attribute(attributes, "hidden") ||
	    has_style(attributes, "display:none"))
		effects |= SKIP;
	/* the line that Outlook draws above the other mail */
	if (has_style(attributes, "border:none;border-top:solid"))
		effects |= REST;
	return effects | effects_of_markers(attributes);
}

static bool
is_at_line_start(const Writer *writer)
{
	return writer->out->len == 0 ||
	       writer->out->str[writer->out->len - 1] == '\n';
}

static void
owe_breaks(Writer *writer, unsigned breaks)
{
	writer->breaks = MAX(writer->breaks, breaks);
	writer->space = false;
}

/* Pays what is owed, before a character is written. */
static void
settle(Writer *writer)
{
	if (writer->out->len > 0)
		for (unsigned i = 0; i < writer->breaks; i++)
			g_string_append_c(writer->out, '\n');
	writer->breaks = 0;
	if (is_at_line_start(writer)) {
		writer->space = false;
		for (unsigned i = 0; i < MIN(writer->quotes, QUOTES_SHOWN_MAX);
		     i++)
			g_string_append(writer->out, "> ");
	}
	if (writer->marker)
		g_string_append(writer->out, writer->marker);
	else if (writer->space)
		g_string_append_c(writer->out, ' ');
	g_clear_pointer(&writer->marker, g_free);
	writer->space = false;
}

/* The bytes of white space at text: ASCII, or a no-break space. */
static size_t
space_length(const char *text, const char *end)
{
	if (g_ascii_isspace(*text))
		return 1;
	return end - text >= 2 && memcmp(text, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static void
write_space(Writer *writer, char space)
{
	if (!writer->pres) {
		writer->space = true;
	} else if (space == '\n') {
		writer->breaks = MIN(writer->breaks + 1, BREAKS_MAX);
	} else {
		settle(writer);
		g_string_append_c(writer->out, ' ');
	}
}

static void
write_text(Writer *writer, const char *text, size_t length)
{
	const char *end = text + length;
	while (text < end && !writer->skips) {
		size_t space = space_length(text, end);
		if (space) {
			write_space(writer, *text);
			text += space;
			continue;
		}
		settle(writer);
		const char *word = text;
		while (text < end && !space_length(text, end))
			text++;
		g_string_append_len(writer->out, word, text - word);
	}
}

/* The number that an item has in the list around it. */
static void
owe_marker(Writer *writer)
{
	for (size_t i = writer->open->len; i > 0; i--) {
		Element *list = &g_array_index(writer->open, Element, i - 1);
		if (!(list->effects & (BULLETS | NUMBERS)))
			continue;
		g_free(writer->marker);
		writer->marker =
			list->effects & NUMBERS
				? g_strdup_printf("%u. ", ++list->n_items)
				: g_strdup("- ");
		return;
	}
}

static bool
is_link_shown(const char *href, const char *text)
{
	static const char *const schemes[] = {"http://", "https://",
					      "mailto:", "tel:"};
	if (strlen(href) > HTML_LINK_BYTES_MAX || !*text)
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
		if (!g_str_has_prefix(href, schemes[i]))
			continue;
		/* no second time what the text says already */
		g_autofree char *bare = g_strdup(href + strlen(schemes[i]));
		if (g_str_has_suffix(bare, "/"))
			bare[strlen(bare) - 1] = '\0';
		return !strstr(text, bare);
	}
	return false;
}

static void
close_link(Writer *writer, const Element *element)
{
	if (!element->href || element->link_start > writer->out->len)
		return;
	const char *text = writer->out->str + element->link_start;
	if (!is_link_shown(element->href, text + strspn(text, " \n")))
		return;
	g_autofree char *shown = g_strdup_printf(" <%s>", element->href);
	g_string_append(writer->out, shown);
}

static void
begin_lines(Writer *writer, unsigned effects)
{
	if (effects & PARAGRAPH)
		owe_breaks(writer, 2);
	else if (effects & LINE)
		owe_breaks(writer, 1);
	else if (effects & CELL)
		writer->space = true;
	if (effects & BREAK) {
		writer->breaks = MIN(writer->breaks + 1, BREAKS_MAX);
		writer->space = false;
	}
}

static void
begin_element(void *data, const xmlChar *name, const xmlChar **attributes)
{
	Writer *writer = data;
	Element element = {.effects =
				   effects_of((const char *)name, attributes)};
	unsigned effects = element.effects;
	begin_lines(writer, effects);
	if (effects & ITEM)
		owe_marker(writer);
	if (effects & LINK)
		element.href = g_strdup(attribute(attributes, "href"));
	element.link_start = writer->out->len;
	writer->skips += (effects & SKIP) != 0;
	writer->pres += (effects & PRE) != 0;
	writer->quotes += (effects & (QUOTE | REST)) != 0;
	const char *alt = attribute(attributes, "alt");
	if ((effects & IMAGE) && alt)
		write_text(writer, alt, strlen(alt));
	g_array_append_val(writer->open, element);
	if (writer->open->len <= HTML_DEPTH_MAX)
		return;
	writer->is_cut = true;
	xmlStopParser(writer->parser);
}

static void
end_element(void *data, const xmlChar *name)
{
	(void)name;
	Writer *writer = data;
	if (writer->open->len == 0)
		return;
	Element *element =
		&g_array_index(writer->open, Element, writer->open->len - 1);
	unsigned effects = element->effects;
	close_link(writer, element);
	g_clear_pointer(&element->href, g_free);
	g_array_set_size(writer->open, writer->open->len - 1);
	if (effects & (PARAGRAPH | LINE))
		begin_lines(writer, effects);
	writer->skips -= (effects & SKIP) != 0;
	writer->pres -= (effects & PRE) != 0;
	writer->quotes -= (effects & QUOTE) && !(effects & REST);
}

/* What "&#146;" means to every browser: the byte of windows-1252. */
static const char *
control_character(unsigned char byte)
{
	static const char *const windows_1252[] = {
		"€", "",  "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š",
		"‹", "Œ", "",  "Ž", "",	 "",  "‘", "’", "“", "”", "•",
		"–", "—", "˜", "™", "š", "›", "œ", "",	"ž", "Ÿ",
	};
	return windows_1252[byte - 0x80];
}

static void
characters(void *data, const xmlChar *text, int length)
{
	const char *bytes = (const char *)text;
	size_t n = (size_t)length;
	/* a reference comes alone */
	if (n == 2 && text[0] == 0xc2 && text[1] >= 0x80 && text[1] < 0xa0) {
		bytes = control_character(text[1]);
		n = strlen(bytes);
	}
	write_text(data, bytes, n);
}

/* A quote that begins so does not end. */
static void
comment(void *data, const xmlChar *text)
{
	Writer *writer = data;
	const char *mark = strstr((const char *)text, "originalMessage");
	writer->quotes += mark != NULL;
}

static void
element_clear(void *data)
{
	Element *element = data;
	g_free(element->href);
}

/* Word's conditions, "<![if !mso]>", are no text, as libxml2 has it; but
 * "<![endif]-->" ends a comment. */
static GString *
without_conditions(const char *html, size_t length)
{
	GString *out = g_string_sized_new(length);
	const char *end = html + length;
	const char *from;
	while ((from = g_strstr_len(html, end - html, "<!["))) {
		const char *close = memchr(from, '>', (size_t)(end - from));
		if (!close)
			break;
		bool is_comment = memcmp(close - 2, "--", 2) == 0;
		g_string_append_len(out, html,
				    (is_comment ? close + 1 : from) - html);
		html = close + 1;
	}
	g_string_append_len(out, html, end - html);
	return out;
}

/* The room that the parser has made for the attributes of one element shows
 * how many it has met: that is told while the element is read, no event is. */
static int
read_rest(void *data, char *buffer, int size)
{
	Writer *writer = data;
	size_t n = MIN((size_t)size, writer->rest_bytes);
	writer->is_cut |= writer->parser->maxatts > ATTRIBUTE_SLOTS_MAX;
	if (writer->is_cut)
		return 0;
	memcpy(buffer, writer->rest, n);
	writer->rest += n;
	writer->rest_bytes -= n;
	return (int)n;
}

static void
parse(Writer *writer)
{
	/* no tree is built: the events go to the writer alone */
	htmlSAXHandler events = {
		.startElement = begin_element,
		.endElement = end_element,
		.characters = characters,
		.ignorableWhitespace = characters,
		.comment = comment,
	};
	int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
		      HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
		      HTML_PARSE_IGNORE_ENC;
	htmlParserCtxtPtr parser = htmlNewParserCtxt();
	if (!parser)
		return;
	*parser->sax = events;
	parser->userData = writer;
	writer->parser = parser;
	(void)htmlCtxtReadIO(parser, read_rest, NULL, writer, NULL, "UTF-8",
			     options);
	htmlFreeParserCtxt(parser);
}

char *
html_to_text(const char *html, size_t length, bool *is_whole)
{
	Writer writer = {
		.out = g_string_new(NULL),
		.open = g_array_new(FALSE, FALSE, sizeof(Element)),
	};
	g_array_set_clear_func(writer.open, element_clear);
	g_autoptr(GString) source = without_conditions(html, length);
	writer.rest = source->str;
	writer.rest_bytes = source->len;
	parse(&writer);
	*is_whole = !writer.is_cut;
	g_array_unref(writer.open);
	g_free(writer.marker);
	return g_string_free(writer.out, FALSE);
}

char *
html_charset(const char *html, size_t length)
{
	static const char key[] = "charset=";
	g_autofree char *head = g_strndup(html, MIN(length, CHARSET_WITHIN));
	g_autofree char *lower = g_ascii_strdown(head, -1);
	const char *found = strstr(lower, key);
	if (!found)
		return NULL;
	found += strlen(key);
	found += strspn(found, "\"' ");
	size_t n = strcspn(found, "\"' ;/>\t\r\n");
	return n > 0 ? g_strndup(found, n) : NULL;
}
