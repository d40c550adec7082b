// SPDX-License-Identifier: GPL-2.0-or-later
/* Sections, fields and findings on paper. */
#include "config.h"

#include <stdarg.h>

#include "base/text.h"
#include "check/engine.h"
#include "render/labels.h"
#include "render/sheet.h"
#include "render/table.h"

#define INDENT 2

void vck_sheet_section(const struct vck_sheet *s, const char *title)
{
	fprintf(s->out, "\n%s%s%s\n", s->style->color ? "\033[1m" : "", title,
		s->style->color ? "\033[0m" : "");
}

static void printf_like(2, 0) safe_vf(struct vck_buf *b, const char *fmt, va_list ap)
{
	cleanup_buf struct vck_buf raw = { 0 };

	vck_buf_addvf(&raw, fmt, ap);
	vck_label_text(b, vck_buf_str(&raw), "");
}

void vck_sheet_field(const struct vck_sheet *s, const char *label, const char *where,
		     const char *fmt, ...)
{
	const unsigned indent = INDENT + VCK_SHEET_LABEL + 1, width = s->style->width;
	cleanup_buf struct vck_buf b = { 0 }, source = { 0 }, name = { 0 };
	va_list ap;

	va_start(ap, fmt);
	safe_vf(&b, fmt, ap);
	va_end(ap);
	vck_label_text(&name, label, ""); /* a unit's, a table's: foreign too */
	fprintf(s->out, "%*s%-*s ", INDENT, "", VCK_SHEET_LABEL, vck_buf_str(&name));
	if (where) {
		vck_buf_addc(&source, '(');
		vck_label_text(&source, where, "");
		vck_buf_addc(&source, ')');
	}
	if (where && (!width || indent + b.len + 2 + source.len <= width)) {
		vck_buf_addf(&b, "  %s", vck_buf_str(&source));
		fprintf(s->out, "%s\n", vck_buf_str(&b));
		return;
	}
	vck_wrap(s->out, vck_buf_str(&b), width, indent, indent);
	if (where)
		fprintf(s->out, "%*s%s\n", (int)indent, "", vck_buf_str(&source));
}

void vck_sheet_text(const struct vck_sheet *s, unsigned indent, const char *fmt, ...)
{
	cleanup_buf struct vck_buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	safe_vf(&b, fmt, ap);
	va_end(ap);
	fprintf(s->out, "%*s", (int)indent, "");
	vck_wrap(s->out, vck_buf_str(&b), s->style->width, indent, indent);
}

/* --- findings --- */

enum rank {
	RANK_BLOCKER = 0,
	RANK_WARNING,
	RANK_UNKNOWN,
	RANK_NOTE,
	RANK_PASS,
	RANK_NA,
};

static enum rank rank_of(const struct vck_finding *f)
{
	switch (f->result) {
	case VCK_RESULT_PASS:
		return RANK_PASS;
	case VCK_RESULT_NA:
		return RANK_NA;
	case VCK_RESULT_UNKNOWN:
		return RANK_UNKNOWN;
	case VCK_RESULT_FAIL:
		break;
	}
	if (f->severity == VCK_SEV_BLOCKER)
		return RANK_BLOCKER;
	return f->severity == VCK_SEV_WARNING ? RANK_WARNING : RANK_NOTE;
}

void vck_sheet_word(const struct vck_sheet *s, const struct vck_finding *f)
{
	static const struct {
		const char *word, *color;
	} words[] = {
		[RANK_BLOCKER] = { "FAIL", "\033[31m" },
		[RANK_WARNING] = { "WARN", "\033[33m" },
		[RANK_UNKNOWN] = { "UNKNOWN", "\033[35m" },
		[RANK_NOTE] = { "NOTE", "\033[36m" },
		[RANK_PASS] = { "PASS", "\033[32m" },
		[RANK_NA] = { "-", "" },
	};
	enum rank r = rank_of(f);

	fprintf(s->out, "%s%-7s%s", s->style->color ? words[r].color : "", words[r].word,
		s->style->color ? "\033[0m" : "");
}

static void headline(const struct vck_sheet *s, const struct vck_finding *f)
{
	cleanup_buf struct vck_buf b = { 0 };

	fputs("  ", s->out);
	vck_sheet_word(s, f);
	vck_buf_addf(&b, " %s: ", f->rule->id);
	vck_label_text(&b, f->summary, "");
	vck_wrap(s->out, vck_buf_str(&b), s->style->width, 9, 10);
}

/* Each line of a command as it is to be pasted: never broken. */
static void command(const struct vck_sheet *s, const char *text)
{
	size_t left = strlen(text), n;
	const char *line;

	while (vck_line_next(&text, &left, &line, &n)) {
		cleanup_buf struct vck_buf b = { 0 };

		vck_text_safe(&b, line, n);
		fprintf(s->out, "            %s\n", vck_buf_str(&b));
	}
}

static void details(const struct vck_sheet *s, const struct vck_finding *f)
{
	for (size_t i = 0; i < f->n_evidence; i++) {
		const struct vck_evidence *e = &f->evidence[i];

		if (e->path)
			vck_sheet_text(s, 10, "%s: %s", e->path, e->value);
		else
			vck_sheet_text(s, 10, "%s", e->value);
	}
	if (f->remedy_scope == VCK_REMEDY_NONE)
		return;
	vck_sheet_text(s, 10, "-> %s: %s", vck_remedy_scope_name(f->remedy_scope),
		       f->remedy_text ? f->remedy_text : "");
	if (f->remedy_command)
		command(s, f->remedy_command);
}

void vck_sheet_findings(const struct vck_sheet *s, const struct vck_finding *f, size_t n)
{
	for (enum rank r = RANK_BLOCKER; r < RANK_NA; r++) {
		for (size_t i = 0; i < n; i++) {
			if (rank_of(&f[i]) != r)
				continue;
			headline(s, &f[i]);
			if (r < RANK_PASS)
				details(s, &f[i]);
		}
	}
}
