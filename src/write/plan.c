// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan as data and as text. Does nothing to any device. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/errname.h"
#include "base/text.h"
#include "model/pcicap.h"
#include "write/plan.h"

void vck_plan_done(struct vck_plan *p)
{
	vck_arena_done(&p->arena);
	*p = (struct vck_plan){ 0 };
}

struct vck_plan_entry *vck_plan_add(struct vck_plan *p)
{
	if (vck_arena_grow(&p->arena, &p->entries, p->n, &p->cap, sizeof(*p->entries)) < 0)
		return NULL;
	p->entries[p->n] = (struct vck_plan_entry){ 0 };
	return &p->entries[p->n++];
}

bool vck_plan_has_work(const struct vck_plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct vck_plan_entry *e = &p->entries[i];

		if (!e->refusal && (e->act != VCK_ACT_NONE || e->conf_op != VCK_CONF_KEEP))
			return true;
	}
	return false;
}

const char *vck_plan_subject(const struct vck_plan_entry *e)
{
	return e->place ? e->place : e->target.address;
}

static void add_subject(struct vck_buf *b, const struct vck_plan_entry *e)
{
	vck_text_safe(b, vck_plan_subject(e), strlen(vck_plan_subject(e)));
}

static void add_head(struct vck_buf *b, const struct vck_plan_entry *e)
{
	add_subject(b, e);
	vck_buf_addf(b, " [%04x:%04x]", e->target.vendor, e->target.device);
	if (e->place)
		vck_buf_adds(b, ", not here");
	if (e->via)
		vck_buf_addf(b, ", physical function of %s", e->via);
	if (e->driver) {
		vck_buf_adds(b, ", driver ");
		vck_text_safe(b, e->driver, strlen(e->driver));
	}
	vck_buf_addc(b, '\n');
}

static uint16_t with_bit(uint16_t devctl, bool on)
{
	return (uint16_t)(on ? devctl | VCK_DEVCTL_NOSNOOP : devctl & ~VCK_DEVCTL_NOSNOOP);
}

static void add_write(struct vck_buf *b, const struct vck_plan_entry *e)
{
	bool on = e->act == VCK_ACT_SET;
	unsigned at = e->target.position + 8u;

	vck_buf_addf(b,
		     "  write Device Control at 0x%03x: 0x%04x -> 0x%04x (16 bits, Enable No Snoop %d -> %d)\n",
		     at, e->devctl, with_bit(e->devctl, on),
		     (e->devctl & VCK_DEVCTL_NOSNOOP) != 0, on);
	vck_buf_adds(b, "  read it back from the device\n");
}

static void add_test(struct vck_buf *b, const struct vck_plan_entry *e)
{
	if (e->devctl & VCK_DEVCTL_NOSNOOP) {
		vck_buf_adds(b, "  Enable No Snoop reads 1: it can be set, nothing to write\n");
		return;
	}
	vck_buf_addf(b,
		     "  write Device Control at 0x%03x: 0x%04x -> 0x%04x, read it back, and put 0x%04x back\n",
		     e->target.position + 8u, e->devctl, with_bit(e->devctl, true), e->devctl);
}

static void add_test_end(struct vck_buf *b, const struct vck_write_env *env,
			 const struct vck_plan_entry *e)
{
	vck_buf_addf(b, "  keep the answer in %s/%s/%s\n", env->run_dir, VCK_HARDWIRED_DIR,
		     e->target.address);
}

static const char *lock_word(const struct vck_plan_entry *e)
{
	switch (e->conf.nosnoop) {
	case VCK_CONF_PERSISTENT:
		return "persistent";
	case VCK_CONF_GUARDED:
		return "guarded";
	case VCK_CONF_NONE:
		break;
	}
	return "no lock, the driver that it is bound to stays";
}

/* What `bind` keeps in the same file outlives the lock. */
static bool unlocks(const struct vck_plan_entry *e)
{
	return e->conf_op == VCK_CONF_DROP ||
	       (e->conf_op == VCK_CONF_STORE && e->conf.nosnoop == VCK_CONF_NONE);
}

static void add_conf(struct vck_buf *b, const struct vck_write_env *env,
		     const struct vck_plan_entry *e)
{
	if (e->conf_op == VCK_CONF_STORE)
		vck_buf_addf(b, "  write %s/%s (%s)\n", env->conf_dir, e->conf_name,
			     lock_word(e));
	if (e->conf_op == VCK_CONF_DROP)
		vck_buf_addf(b, "  remove %s/%s\n", env->conf_dir, e->conf_name);
}

static bool is_held_awake(const struct vck_plan_entry *e)
{
	return e->asleep || streq(e->power, "auto");
}

static void add_act(struct vck_buf *b, const struct vck_write_env *env,
		    const struct vck_plan_entry *e)
{
	vck_buf_addf(b, "  record what was there in %s/%s/%s\n", env->run_dir, VCK_RECORD_DIR,
		     e->target.address);
	if (is_held_awake(e))
		vck_buf_addf(b, "  %s: power/control \"%s\" -> \"on\", wait for D0\n",
			     e->asleep ? "wake it" : "keep it awake", e->power);
	if (e->act == VCK_ACT_TEST)
		add_test(b, e);
	else
		add_write(b, e);
	if (streq(e->power, "auto"))
		vck_buf_adds(b, "  put power/control back to \"auto\"\n");
	if (e->act == VCK_ACT_TEST)
		add_test_end(b, env, e);
}

static void add_entry(struct vck_buf *b, const struct vck_write_env *env,
		      const struct vck_plan_entry *e)
{
	if (e->refusal)
		return; /* an error message, not a step */
	add_head(b, e);
	if (e->note)
		vck_buf_addf(b, "  note: %s\n", e->note);
	if (e->nothing)
		vck_buf_addf(b, "  %s\n", e->nothing);
	if (e->act != VCK_ACT_NONE)
		add_act(b, env, e);
	add_conf(b, env, e);
}

void vck_plan_format(struct vck_buf *b, const struct vck_write_env *env,
		     const struct vck_plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		add_entry(b, env, &p->entries[i]);
}

bool vck_outcome_is_bad(enum vck_outcome o)
{
	return o == VCK_OUT_REFUSED || o == VCK_OUT_FAILED || o == VCK_OUT_NOT_STUCK ||
	       o == VCK_OUT_CAME_BACK;
}

/* Why a step failed, where the errno alone does not say it, and what to do. */
static void add_reason(struct vck_buf *b, const struct vck_bit_result *r)
{
	switch (-r->err) {
	case ESTALE:
		vck_buf_adds(b, "another device is there than when the plan was made (look again with 'viommu-check nosnoop')");
		return;
	case ENXIO:
		vck_buf_adds(b, "the function does not answer, its registers read all ones");
		return;
	case ENOENT:
	case ENODEV:
		vck_buf_adds(b, "the function is gone");
		return;
	case EPERM:
		vck_buf_adds(b, "Operation not permitted (kernel lockdown forbids it; 'viommu-check run' clears the bit through VFIO, which lockdown leaves alone)");
		return;
	case ETIMEDOUT:
		vck_buf_addf(b, "it stays %s, and what is written now is lost when it resumes (clear it before it is bound, or load vfio_pci with disable_idle_d3=1)",
			     r->status);
		return;
	case EBADMSG:
		vck_buf_adds(b, "the record is damaged (remove its file)");
		return;
	default:
		vck_buf_adds(b, vck_errno_text(r->err));
		return;
	}
}

static void add_done(struct vck_buf *b, const struct vck_plan_entry *e)
{
	const struct vck_bit_result *r = &e->result;

	if (e->act == VCK_ACT_TEST)
		vck_buf_adds(b, r->hardwired == VCK_YES
					? "Enable No Snoop is hardwired to 0"
					: "Enable No Snoop can be set: it is not hardwired");
	else if (e->act == VCK_ACT_NONE && unlocks(e))
		vck_buf_adds(b, "unlocked");
	else if (e->act == VCK_ACT_NONE)
		vck_buf_adds(b, e->nothing ? e->nothing : "done");
	else
		vck_buf_addf(b, "Enable No Snoop %s: Device Control 0x%04x -> 0x%04x, read back",
			     e->act == VCK_ACT_SET ? "set" : "cleared", r->before, r->after);
	if (e->conf_op == VCK_CONF_STORE && !unlocks(e))
		vck_buf_addf(b, "; locked (%s)", lock_word(e));
}

void vck_plan_result(struct vck_buf *b, const struct vck_plan_entry *e)
{
	const struct vck_bit_result *r = &e->result;

	add_subject(b, e);
	vck_buf_adds(b, ": ");
	switch (r->outcome) {
	case VCK_OUT_PLANNED:
		vck_buf_adds(b, "not done");
		return;
	case VCK_OUT_DONE:
		add_done(b, e);
		return;
	case VCK_OUT_NOTHING:
		vck_buf_adds(b, e->nothing ? e->nothing : "nothing to do");
		return;
	case VCK_OUT_REFUSED:
		if (e->refusal) {
			vck_buf_addf(b, "%s: %s", e->undetermined ? "not done" : "refused",
				     e->refusal);
			return;
		}
		vck_buf_adds(b, "refused: ");
		add_reason(b, r);
		return;
	case VCK_OUT_FAILED:
		vck_buf_addf(b, "cannot %s: ", r->stage);
		add_reason(b, r);
		return;
	case VCK_OUT_NOT_STUCK:
		vck_buf_addf(b, "Enable No Snoop did not stick: Device Control reads 0x%04x after the write (this device ignores it; see 'viommu-check show %s')",
			     r->after, e->target.address);
		return;
	case VCK_OUT_CAME_BACK:
		vck_buf_addf(b, "Enable No Snoop came back: Device Control reads 0x%04x (device or guest set it again; 'viommu-check run' makes it read-only to a guest)",
			     r->after);
		return;
	}
}
