/* rich_text.c - see rich_text.h.
 *
 * Only what stands in the table of tags is ever printed, and text is always escaped, so
 * that it does not matter where a browser would have read the original otherwise than
 * libxml2 does. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rich_text.h"
#include "base/mem.h"
#include "base/str.h"
#include <libxml/HTMLparser.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 64 }; /* tags within each other; deeper ones are left out */

struct tag {
	const char *name;
	enum { BLOCK, INLINE, VOID, LINK, DROPPED } kind;
	const char *parents; /* NULL: anywhere; else it stands in one of these alone */
};

static const struct tag tags[] = {
    {"p", BLOCK, NULL},
    {"br", VOID, NULL},
    {"hr", VOID, NULL},
    {"b", INLINE, NULL},
    {"strong", INLINE, NULL},
    {"i", INLINE, NULL},
    {"em", INLINE, NULL},
    {"u", INLINE, NULL},
    {"s", INLINE, NULL},
    {"code", INLINE, NULL},
    {"pre", BLOCK, NULL},
    {"ul", BLOCK, NULL},
    {"ol", BLOCK, NULL},
    {"li", BLOCK, " ul ol "},
    {"a", LINK, NULL},
    {"h1", BLOCK, NULL},
    {"h2", BLOCK, NULL},
    {"h3", BLOCK, NULL},
    {"h4", BLOCK, NULL},
    {"h5", BLOCK, NULL},
    {"h6", BLOCK, NULL},
    {"blockquote", BLOCK, NULL},
    /* A part of a table elsewhere would end what the page has around it. */
    {"table", BLOCK, NULL},
    {"thead", BLOCK, " table "},
    {"tbody", BLOCK, " table "},
    {"tr", BLOCK, " table thead tbody "},
    {"th", BLOCK, " tr "},
    {"td", BLOCK, " tr "},
    /* What is in these is no text. */
    {"script", DROPPED, NULL},
    {"style", DROPPED, NULL},
    {"template", DROPPED, NULL},
    {"noscript", DROPPED, NULL},
    {"iframe", DROPPED, NULL},
    {"object", DROPPED, NULL},
    {"embed", DROPPED, NULL},
    {"svg", DROPPED, NULL},
    {"math", DROPPED, NULL},
    {"title", DROPPED, NULL},
    {"textarea", DROPPED, NULL},
    {"select", DROPPED, NULL},
    {"noframes", DROPPED, NULL},
    {"noembed", DROPPED, NULL},
    {"xmp", DROPPED, NULL},
    {"plaintext", DROPPED, NULL},
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct tag *find_tag(const xmlNode *node)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strcasecmp((const char *)node->name, tags[i].name) == 0)
			return &tags[i];
	return NULL;
}

/* Where a link may lead; NULL for what it may not.  The caller frees it. */
static char *read_link(const xmlNode *node)
{
	static const char blank[] = " \t\r\n";
	static const char *const schemes[] = {"http://", "https://", "mailto:"};
	xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)"href");
	const char *text = value ? (const char *)value : "";
	char *link = NULL;
	size_t len;

	text += strspn(text, blank);
	len = strcspn(text, " \t\r\n\\");
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0 &&
		    !text[len + strspn(text + len, blank)])
			link = ts_memdup(text, len);
	xmlFree(value);
	return link;
}

static const struct tag *shown_tag(const xmlNode *node, int depth);

static bool is_at_home(const struct tag *tag, const xmlNode *node, int depth)
{
	const struct tag *parent;
	TS_AUTO(ts_buf) name = {0};

	if (!tag->parents)
		return true;
	parent = node->parent ? shown_tag(node->parent, depth - 1) : NULL;
	if (!parent)
		return false;
	ts_buf_printf(&name, " %s ", parent->name);
	return strstr(tag->parents, name.data);
}

/* The tag with which the element is printed; NULL: none. */
static const struct tag *shown_tag(const xmlNode *node, int depth)
{
	const struct tag *tag = NULL;

	if (node->type == XML_ELEMENT_NODE && depth <= DEPTH_MAX)
		tag = find_tag(node);
	return tag && tag->kind != DROPPED && is_at_home(tag, node, depth) ? tag : NULL;
}

/* How an element is told at its begin and end, and a text. */
struct printer {
	void (*begin)(const struct tag *tag, const xmlNode *node, struct ts_buf *out);
	void (*end)(const struct tag *tag, const xmlNode *node, struct ts_buf *out);
	void (*text)(const char *text, struct ts_buf *out);
};

static void print_text(const char *text, struct ts_buf *out)
{
	for (; *text; text++) {
		if (*text == '<')
			ts_buf_puts(out, "&lt;");
		else if (*text == '>')
			ts_buf_puts(out, "&gt;");
		else if (*text == '&')
			ts_buf_puts(out, "&amp;");
		else if (*text == '"')
			ts_buf_puts(out, "&quot;");
		else
			ts_buf_putc(out, *text);
	}
}

static void print_begin(const struct tag *tag, const xmlNode *node, struct ts_buf *out)
{
	char *link;

	if (tag->kind != LINK) {
		ts_buf_printf(out, "<%s>", tag->name);
		return;
	}
	link = read_link(node);
	if (!link)
		return;
	ts_buf_puts(out, "<a href=\"");
	print_text(link, out);
	ts_buf_puts(out, "\" rel=\"noopener noreferrer nofollow\">");
	free(link);
}

static void print_end(const struct tag *tag, const xmlNode *node, struct ts_buf *out)
{
	char *link;

	if (tag->kind == VOID)
		return;
	if (tag->kind == LINK) {
		link = read_link(node);
		if (!link)
			return;
		free(link);
	}
	ts_buf_printf(out, "</%s>", tag->name);
}

static void part_words(const struct tag *tag, const xmlNode *node, struct ts_buf *out)
{
	(void)node;
	if (tag->kind == BLOCK || tag->kind == VOID)
		ts_buf_putc(out, ' ');
}

static void add_text(const char *text, struct ts_buf *out)
{
	ts_buf_puts(out, text);
}

static bool is_dropped(const xmlNode *node)
{
	const struct tag *tag = find_tag(node);

	return tag && tag->kind == DROPPED;
}

/* Not by recursion: how deep the tree is, its author decides. */
static void walk(const xmlNode *root, const struct printer *printer, struct ts_buf *out)
{
	const xmlNode *node = root;
	int depth = 0;

	while (node) {
		const struct tag *tag = shown_tag(node, depth);

		if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
			printer->text((const char *)node->content, out);
		if (tag)
			printer->begin(tag, node, out);
		if (node->type == XML_ELEMENT_NODE && node->children &&
		    !is_dropped(node)) {
			node = node->children;
			depth++;
			continue;
		}
		for (;;) {
			tag = shown_tag(node, depth);
			if (tag)
				printer->end(tag, node, out);
			if (node == root)
				return;
			if (node->next)
				break;
			node = node->parent;
			depth--;
		}
		node = node->next;
	}
}

/* No control characters. */
static void clean(const char *html, struct ts_buf *whole)
{
	char *text = ts_strdup(html);

	if (!ts_utf8_is_valid(text, strlen(text)))
		ts_utf8_clean(text);
	for (const char *at = text; *at; at++)
		if (((unsigned char)*at >= ' ' && *at != 0x7F) || strchr("\t\n\r", *at))
			ts_buf_putc(whole, *at);
	free(text);
}

/* NULL where the parser gave up half-way, as it does some 250 tags deep. */
static htmlDocPtr read_whole(const struct ts_buf *whole)
{
	htmlParserCtxtPtr parser = htmlNewParserCtxt();
	const xmlError *last;
	htmlDocPtr doc;

	if (!parser)
		return NULL;
	doc = htmlCtxtReadMemory(parser, whole->data, (int)whole->len, NULL, "UTF-8",
				 HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
				     HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
				     HTML_PARSE_IGNORE_ENC);
	last = xmlCtxtGetLastError(parser);
	if (doc && last && last->level == XML_ERR_FATAL) {
		xmlFreeDoc(doc);
		doc = NULL;
	}
	htmlFreeParserCtxt(parser);
	return doc;
}

static void convert(const char *html, const struct printer *printer, struct ts_buf *out)
{
	TS_AUTO(ts_buf) text = {0}, whole = {0};
	htmlDocPtr doc;

	pthread_once(&once, xmlInitParser);
	clean(html, &text);
	ts_buf_printf(&whole, "<html><body><div>%s</div></body></html>",
		      ts_buf_text(&text));
	/* Within an element of ours, libxml2 puts no paragraph around it. */
	doc = read_whole(&whole);
	if (!doc) {
		/* Tags and all: rather that than a part. */
		printer->text(ts_buf_text(&text), out);
		return;
	}
	if (xmlDocGetRootElement(doc))
		walk(xmlDocGetRootElement(doc), printer, out);
	xmlFreeDoc(doc);
}

void ts_rich_text_print(const char *html, struct ts_buf *out)
{
	static const struct printer printer = {print_begin, print_end, print_text};

	convert(html, &printer, out);
}

void ts_rich_text_words(const char *html, struct ts_buf *out)
{
	static const struct printer printer = {part_words, part_words, add_text};

	convert(html, &printer, out);
}
