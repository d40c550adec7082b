// SPDX-License-Identifier: GPL-2.0-or-later
/* `__complete`, what the shells' completions ask: the words typed so far in, the
 * candidates for the last one out, one a line, a tab and a description behind
 * where there is one. Driven by the tables of commands, options, columns and
 * rules, so that it cannot fall behind them. "@file" asks the shell for files. */
#include "config.h"

#include <stdio.h>

#include "base/text.h"
#include "check/engine.h"
#include "cmd/commands.h"

struct completion {
	char **words; /* before the one to be completed */
	int n;
	const char *current;
	const struct vck_command *cmd; /* NULL: not typed yet */
	const struct vck_option *pending; /* the word before wants this value */
	bool behind_dashes; /* "--" was typed */
	struct vck_global global; /* --root as typed, for devices */
};

/* One candidate, if what was typed leads to it. @lead stands before it as typed. */
static void offer(const char *lead, const char *typed,
		  const char *word, const char *help)
{
	cleanup_buf struct vck_buf b = { 0 };

	if (!str_after(word, typed))
		return;
	vck_text_safe(&b, word, strlen(word));
	printf("%s%s", lead, vck_buf_str(&b));
	if (help) {
		vck_buf_reset(&b);
		vck_text_safe(&b, help, strlen(help));
		printf("\t%s", vck_buf_str(&b));
	}
	putchar('\n');
}

static void offer_host(const struct completion *c, const char *lead, const char *typed,
		       const char *what)
{
	struct vck_global g = c->global;
	cleanup_host struct vck_host *h = NULL;

	if (vck_load(&g, NULL, &h) < 0)
		return;
	for (size_t i = 0; i < h->n_devices && streq(what, "@device"); i++)
		offer(lead, typed, h->devices[i]->address,
		      h->devices[i]->name ? h->devices[i]->name : h->devices[i]->driver);
	for (size_t i = 0; i < h->n_devices && streq(what, "@driver"); i++) {
		bool seen = !h->devices[i]->driver;

		for (size_t k = 0; k < i && !seen; k++)
			seen = streq0(h->devices[k]->driver, h->devices[i]->driver);
		if (!seen)
			offer(lead, typed, h->devices[i]->driver, NULL);
	}
	for (size_t i = 0; i < h->n_groups && streq(what, "@group"); i++)
		offer(lead, typed, h->groups[i]->id, NULL);
}

static void offer_words(const char *lead, const char *typed, const char *words)
{
	cleanup_free char *copy = strdup(words);
	char *next = copy, *word;

	while (next && (word = strsep(&next, " ")))
		offer(lead, typed, word, NULL);
}

/* Values by the table's word for them; a comma begins the next value of a list. */
static void offer_values(const struct completion *c, const char *lead, const char *typed,
			 const char *values)
{
	const char *comma = strrchr(typed, ',');
	cleanup_buf struct vck_buf head = { 0 };

	if (!values)
		return;
	if (streq(values, "@file")) {
		puts("@file");
		return;
	}
	vck_buf_adds(&head, lead);
	if (comma)
		vck_buf_add(&head, typed, (size_t)(comma + 1 - typed));
	else if (*typed == '+')
		vck_buf_addc(&head, '+');
	typed = comma ? comma + 1 : *typed == '+' ? typed + 1 : typed;
	if (streq(values, "@column")) {
		for (size_t i = 0; vck_column_name(i); i++)
			offer(vck_buf_str(&head), typed, vck_column_name(i), NULL);
	} else if (streq(values, "@rule")) {
		for (size_t i = 0; vck_rules[i]; i++)
			offer(vck_buf_str(&head), typed, vck_rules[i]->id,
			      vck_rules[i]->title);
	} else if (*values == '@') {
		offer_host(c, vck_buf_str(&head), typed, values);
	} else {
		offer_words(vck_buf_str(&head), typed, values);
	}
}

static const struct vck_option *find_long(const struct vck_option *rows, const char *s, size_t n)
{
	for (; rows && rows->name; rows++) {
		if (strlen(rows->name) == n && strncmp(rows->name, s, n) == 0)
			return rows;
	}
	return NULL;
}

static const struct vck_option *find_letter(const struct vck_option *rows, char letter)
{
	for (; rows && rows->name; rows++) {
		if (rows->letter == letter)
			return rows;
	}
	return NULL;
}

/* The options of the command, or of the default one as long as none is typed. */
static const struct vck_option *rows_of(const struct completion *c)
{
	return c->cmd ? c->cmd->options : vck_command_find("list")->options;
}

/* The option that @word is, which may hold its value behind "=". */
static const struct vck_option *option_of(const struct completion *c, const char *word)
{
	const char *name = str_after(word, "--");
	const struct vck_option *o;
	size_t n;

	if (!name) {
		o = find_letter(rows_of(c), word[1]);
		return o ? o : find_letter(vck_global_options, word[1]);
	}
	n = strcspn(name, "=");
	o = find_long(rows_of(c), name, n);
	return o ? o : find_long(vck_global_options, name, n);
}

/* Does the value of @o stand in the next word? */
static bool wants_next(const struct vck_option *o, const char *word)
{
	if (!o || !o->arg || o->arg[0] == '[')
		return false;
	return str_after(word, "--") ? !strchr(word, '=') : word[2] == '\0';
}

static void take_value(struct completion *c, const struct vck_option *o, const char *value)
{
	if (streq(o->name, "root") || streq(o->name, "sysroot"))
		c->global.root = value;
}

static void read_words(struct completion *c)
{
	for (int i = 0; i < c->n && !c->behind_dashes; i++) {
		const char *word = c->words[i];

		if (c->pending) {
			take_value(c, c->pending, word);
			c->pending = NULL;
		} else if (streq(word, "--")) {
			c->behind_dashes = true;
		} else if (word[0] == '-' && word[1]) {
			const struct vck_option *o = option_of(c, word);
			const char *equal = strchr(word, '=');

			if (wants_next(o, word))
				c->pending = o;
			else if (o && equal)
				take_value(c, o, equal + 1);
		} else if (!c->cmd) {
			c->cmd = vck_command_find(word);
		}
	}
}

static void offer_options(const struct completion *c, const struct vck_option *rows)
{
	for (; rows && rows->name; rows++) {
		char text[64];

		snprintf(text, sizeof(text), "--%s%s", rows->name,
			 rows->arg && rows->arg[0] != '[' ? "=" : "");
		offer("", c->current, text, rows->help);
	}
}

static void complete(const struct completion *c)
{
	const char *equal = strchr(c->current, '=');

	if (c->behind_dashes) {
		puts("@file");
	} else if (c->pending) {
		offer_values(c, "", c->current, c->pending->values);
	} else if (str_after(c->current, "--") && equal) {
		const struct vck_option *o = option_of(c, c->current);
		cleanup_buf struct vck_buf lead = { 0 };

		vck_buf_add(&lead, c->current, (size_t)(equal + 1 - c->current));
		if (o)
			offer_values(c, vck_buf_str(&lead), equal + 1, o->values);
	} else if (c->current[0] == '-') {
		offer_options(c, rows_of(c));
		offer_options(c, vck_global_options);
	} else if (!c->cmd) {
		for (size_t i = 0; vck_commands[i]; i++) {
			if (!vck_commands[i]->hidden)
				offer("", c->current, vck_commands[i]->name,
				      vck_commands[i]->summary);
		}
	} else {
		offer_values(c, "", c->current, c->cmd->operands);
	}
}

static int run(const struct vck_command *cmd, struct vck_global *g, int argc, char **argv)
{
	int first = argc > 1 && streq(argv[1], "--") ? 2 : 1;
	struct completion c = { .words = argv + first, .global = *g };

	(void)cmd;
	c.n = argc > first ? argc - first - 1 : 0;
	c.current = argc > first ? argv[argc - 1] : "";
	read_words(&c);
	complete(&c);
	return VCK_EXIT_OK;
}

const struct vck_command vck_cmd_complete = {
	.name = "__complete",
	.args = "-- WORD...",
	.summary = "candidates for the last word, for the completions of the shells",
	.hidden = true,
	.run = run,
};
